//! From a parsed struct to its declaration constant and its row form.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::{Data, DeriveInput, Fields, Ident, Result};

use crate::attribute::{self, Declaration, EdgeKind};

pub(crate) fn record(input: &DeriveInput) -> Result<TokenStream> {
    let Data::Struct(data) = &input.data else {
        return Err(syn::Error::new_spanned(&input.ident, "a record is a struct"));
    };
    let Fields::Named(fields) = &data.fields else {
        return Err(syn::Error::new_spanned(&input.ident, "a record has named fields"));
    };
    let declaration = Declaration::parse(input)?;
    let mut names = Vec::new();
    let mut decls = Vec::new();
    let mut errors: Option<syn::Error> = None;
    for field in &fields.named {
        let Some(name) = &field.ident else { continue };
        match attribute::element(field) {
            Ok(element) => decls.push(field_decl(name, &field.ty, element.as_ref())),
            Err(error) => match &mut errors {
                Some(all) => all.combine(error),
                None => errors = Some(error),
            },
        }
        names.push(name.clone());
    }
    for mentioned in declaration.mentioned() {
        if !names.contains(mentioned) {
            let error = syn::Error::new_spanned(mentioned, "no such field in this record");
            match &mut errors {
                Some(all) => all.combine(error),
                None => errors = Some(error),
            }
        }
    }
    if let Some(errors) = errors {
        return Err(errors);
    }
    Ok(implementation(&input.ident, &declaration, &names, &decls))
}

fn field_decl(name: &Ident, ty: &syn::Type, element: Option<&syn::Expr>) -> TokenStream {
    let text = name.to_string();
    let element = element.map_or_else(
        || quote!(::core::option::Option::None),
        |path| quote!(::core::option::Option::Some(#path)),
    );
    quote! {
        ::alley_core::FieldDecl {
            name: #text,
            kind: <#ty as ::alley_core::Field>::KIND,
            optional: <#ty as ::alley_core::Field>::OPTIONAL,
            element: #element,
        }
    }
}

fn optional(name: Option<&Ident>) -> TokenStream {
    name.map(ToString::to_string).map_or_else(
        || quote!(::core::option::Option::None),
        |text| quote!(::core::option::Option::Some(#text)),
    )
}

fn edges(declaration: &Declaration) -> Vec<TokenStream> {
    let one = |edge: &attribute::Edge| {
        let kind = match edge.kind {
            EdgeKind::OwnedBy => quote!(::alley_core::EdgeKind::OwnedBy),
            EdgeKind::SharedBy => quote!(::alley_core::EdgeKind::SharedBy),
            EdgeKind::References(on_erased) => {
                let on_erased = format_ident!("{on_erased}");
                quote!(::alley_core::EdgeKind::References(::alley_core::OnErased::#on_erased))
            }
        };
        let (target, field) = (edge.target.to_string(), edge.field.to_string());
        quote!(::alley_core::EdgeDecl { kind: #kind, target: #target, field: #field })
    };
    declaration.edges.iter().map(one).collect()
}

fn implementation(
    ident: &Ident,
    declaration: &Declaration,
    names: &[Ident],
    decls: &[TokenStream],
) -> TokenStream {
    let Declaration { name, domain, id, tenant, .. } = declaration;
    let id_name = id.to_string();
    let tenant_name = optional(tenant.as_ref());
    let subject = optional(declaration.subject.as_ref());
    let anchor = optional(declaration.anchor.as_ref());
    let source_time = optional(declaration.source_time.as_ref());
    let edges = edges(declaration);
    let unique = declaration.unique.iter().map(|(name, fields)| {
        let (name, fields) = (name.to_string(), fields.iter().map(ToString::to_string));
        quote!(::alley_core::Unique { name: #name, fields: &[#(#fields),*] })
    });
    let key = tenant.as_ref().map_or_else(
        || quote!(::alley_core::Key::global(&self.#id)),
        |tenant| quote!(::alley_core::Key::of(self.#tenant, &self.#id)),
    );
    quote! {
        impl ::alley_core::Record for #ident {
            const TYPE: &'static ::alley_core::RecordType = &::alley_core::RecordType {
                name: #name,
                domain: #domain,
                fields: &[#(#decls),*],
                id: #id_name,
                tenant: #tenant_name,
                subject: #subject,
                edges: &[#(#edges),*],
                anchor: #anchor,
                source_time: #source_time,
                unique: &[#(#unique),*],
            };

            fn key(&self) -> ::alley_core::Key {
                #key
            }

            fn to_row(&self) -> ::alley_core::Row {
                ::std::vec![#(::alley_core::Field::to_value(&self.#names)),*]
            }

            fn into_row(self) -> ::alley_core::Row {
                ::std::vec![#(::alley_core::Field::into_value(self.#names)),*]
            }

            fn from_row(
                row: impl ::core::iter::IntoIterator<Item = ::alley_core::Value>,
            ) -> ::core::result::Result<Self, ::alley_core::FieldError> {
                let mut row = row.into_iter();
                ::core::result::Result::Ok(Self {
                    #(#names: ::alley_core::record_support::take(&mut row)?),*
                })
            }
        }
    }
}

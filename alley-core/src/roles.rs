//! Words of data protection that every crate shares.

use crate::text_enum;

text_enum! {
    /// In which role data is processed (GDPR articles 4(7), 4(8) and 26).
    pub enum ProcessingRole {
        /// Decides on purposes and means: accounts, billing, security.
        Controller => "controller",
        /// Decides together with another (GDPR article 26).
        JointController => "joint_controller",
        /// Acts on the seller's instructions: shop data, outreach, support, scripts.
        Processor => "processor",
        /// Acts for a processor.
        SubProcessor => "sub_processor",
    }
}

text_enum! {
    /// Why data is processed; the four purposes of the built-in data map.
    pub enum Purpose {
        /// Provide the application and authenticated access to it.
        ProvideApp => "provide_app",
        /// Retrieve, show and process data of connected TikTok services.
        ConnectedServices => "connected_services",
        /// Outreach, export, billing and support workflows that a user asked for.
        UserWorkflows => "user_workflows",
        /// Secure the platform, investigate abuse, meet legal duties.
        SecurityLegal => "security_legal",
    }
}

text_enum! {
    /// What kind of data it is; the five categories of the built-in data map, and governance.
    pub enum DataCategory {
        /// Identity, e-mail address, credentials, sessions.
        Account => "account",
        /// Stripe customer, subscriptions, invoice metadata.
        Billing => "billing",
        /// What TikTok services returned, and the tokens to ask them.
        Connected => "connected",
        /// Templates, drafts, scripts, messages.
        Content => "content",
        /// Review state, pacing, confirmed manual deliveries.
        Operational => "operational",
        /// Audit, privacy requests, counters.
        Governance => "governance",
    }
}

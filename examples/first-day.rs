//! A seller's first day with Alley. `world` is all that is outside: people, platforms, time.
use alley_core::Purpose::UserWorkflows;
use alley_examples::{Failure, World};
use alley_outreach::{Confirmation, HandOutRequest, NewCampaign};

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let (alley, world, (email, password, device)) = World::start()?;
    let (auth, tenancy, outreach) = (alley.accounts(), alley.tenancy(), alley.outreach());
    let (tiktok, billing, erasure) = (alley.tiktok()?, alley.billing()?, alley.privacy().erasure());
    let mail = auth.register(&email, &password, &device).await?.into_mail();
    auth.verify_email(&world.token_in(mail)?).await?.account().ok_or("the link is dead")?;
    let me = auth.sign_in(&email, &password, &device).await?.signed_in().ok_or("rejected")?.session;
    let tenant = tenancy.create(&me, "Harbor Candles").await?.tenant().ok_or("not created")?;
    let access = tenancy.access(&me, tenant, UserWorkflows).await?.granted().ok_or("refused")?;
    let paid = world.pay(billing.start_checkout(&access, &world.plan).await?.page())?;
    world.hears(&billing.receive(paid.headers(), paid.body().clone()).await)?;
    let back = world.agree(&tiktok.begin_authorization(&access).await?)?;
    let shop = world.pick(tiktok.complete_authorization(&access, back).await?.connection())?;
    let mut orders = tiktok.sync(&access, &shop, alley_tiktok::SyncKind::Orders).await?;
    while !world.sees(orders.next_page().await?).finished {}
    let shipped = world.ship()?;
    world.hears(&tiktok.receive(shipped.headers(), shipped.body().clone()).await)?;
    alley.jobs().run_due(1_000).await?;
    outreach.set_policy(&access, world.pacing()?).await?;
    let campaign = outreach.create_campaign(&access, NewCampaign::new(shop, "Spring")).await?;
    let draft = outreach.create_draft(&access, world.letter(&campaign)?).await?.draft_id;
    outreach.submit_draft(&access, draft).await?;
    outreach.approve_draft(&access, draft, 1).await?;
    outreach.enqueue_draft(&access, draft, None).await?;
    if billing.access(&access).await?.granted {
        let answer = outreach.hand_out(&access, &HandOutRequest::new("text-1")).await?;
        let (token, at) = world.copy_and_send(answer.ticket())?;
        let _ = outreach.confirm(&access, &token, &Confirmation::sent("sent-1", at)).await?;
    }
    let (actor, creator) = (access.actor(), world.asked_to_erase(tenant)?);
    let plan = erasure.draft(actor, creator).await?;
    let _ = erasure.confirm(plan, actor, &erasure.confirmation(plan, actor).await?).await?;
    world.end(&alley.jobs().run_due(1_000).await?, &erasure.certificates(plan).await?)
}

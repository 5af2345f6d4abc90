using ModelServing.Contracts;
using ModelServing.Services.Tests.Cli;
using ModelServing.Settings.Models;

namespace ModelServing.Services.Tests.Settings.Models;

public class PlanChangeTests
{
    private static readonly PlanDocument Stable = Plan("config: {'modelserving:models': {fraud: {stable: {version: 1}}}}");

    [Fact]
    public void A_moved_weight_is_reported_once_for_the_variant_that_was_changed() =>
        Assert.Equal(["fraud: canary v2 5% -> 12.5%"], PlanChange.Lines(SomeStack.Plan("5"), SomeStack.Plan("12.5")));

    [Fact]
    public void Equal_plans_have_no_difference() => Assert.Empty(PlanChange.Lines(SomeStack.Plan(), SomeStack.Plan()));

    [Fact]
    public void A_canary_comes_goes_and_is_promoted()
    {
        Assert.Equal(["fraud: stable v1 100% -> 95%", "fraud: canary v2 5% is new"], PlanChange.Lines(Stable, SomeStack.Plan()));
        Assert.Equal(["fraud: stable v1 95% -> 100%", "fraud: canary v2 5% is removed"], PlanChange.Lines(SomeStack.Plan(), Stable));
        Assert.Equal(
            ["fraud: stable v1 95% -> v2 95%", "fraud: canary v2 5% -> v3 5%"],
            PlanChange.Lines(SomeStack.Plan(), SomeStack.Plan(stable: "2", canary: "3")));
    }

    [Fact]
    public void Models_come_and_go() => Assert.Equal(
        ["fraud: no longer served", "iris: new: stable v1 95%, canary v2 5%"],
        PlanChange.Lines(SomeStack.Plan(), SomeStack.Plan(model: "iris")));

    [Fact]
    public void Deadline_and_routing_key_are_reported() => Assert.Equal(
        ["fraud: deadline 10000 ms -> 500 ms", "fraud: routing key none -> header X-Customer"],
        PlanChange.Lines(
            Stable,
            Plan("config: {'modelserving:models': {fraud: {stable: {version: 1}, deadline: 500ms, routingKey: {header: X-Customer}}}}")));

    [Fact]
    public void Versions_kept_warm_are_reported() => Assert.Equal(
        ["fraud: kept warm none -> v2, v3"],
        PlanChange.Lines(Stable, Plan("config: {'modelserving:models': {fraud: {stable: {version: 1}, keepWarm: [3, 2]}}}")));

    private static PlanDocument Plan(string yaml) => PlanMaker.Make(SomeStack.File(yaml).Settings.Models);
}

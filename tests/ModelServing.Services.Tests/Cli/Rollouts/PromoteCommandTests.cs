using ModelServing.Cli;
using ModelServing.Cli.Rollouts;
using ModelServing.Contracts;
using ModelServing.Contracts.Admin;
using ModelServing.Settings;
using static ModelServing.Services.Tests.Cli.Rollouts.SomeStatus;

namespace ModelServing.Services.Tests.Cli.Rollouts;

public class PromoteCommandTests
{
    [Theory]
    [InlineData("stable: { version: 1 }, canary: { version: 2, percent: 50 }", "stable: { version: 2 }, keepWarm: [1]")]
    [InlineData("stable: { version: 1 }, keepWarm: [7], canary: { version: 2, percent: 50 }", "stable: { version: 2 }, keepWarm: [7, 1]")]
    public void The_canary_becomes_stable_and_the_former_one_stays_warm(string before, string after)
    {
        var yaml = $"config: {{ modelserving:models: {{ fraud: {{ {before} }} }} }}";
        var settings = StackFile.Parse(yaml).File!.Settings.Models[Fraud];
        var (changed, faults) = StackFile.Change(yaml, PromoteCommand.Edits(Fraud, settings, settings.Canary!));
        Assert.Empty(faults);
        var file = StackFile.Parse(changed!).File!;
        Assert.Empty(file.Check());
        var expected = StackFile.Parse($"config: {{ modelserving:models: {{ fraud: {{ {after} }} }} }}").File!.Settings.Models[Fraud];
        var promoted = file.Settings.Models[Fraud];
        Assert.Equal((expected.Stable, expected.Canary), (promoted.Stable, promoted.Canary));
        Assert.Equal(expected.KeepWarm, promoted.KeepWarm);
    }

    [Theory]
    [InlineData(2, 2)]
    [InlineData(1, 3)]
    [InlineData(0, 1)]
    public void A_served_canary_with_as_many_ready_endpoints_as_stable_may_be_promoted(int stable, int canary) =>
        PromoteCommand.Require(WithReady(stable, canary), Fraud, new ModelVersion(2));

    [Theory]
    [InlineData(2, 0, 2)]
    [InlineData(0, 0, 1)]
    [InlineData(3, 2, 3)]
    public void A_canary_that_can_not_take_all_of_the_traffic_is_refused_unless_it_is_forced(int stable, int canary, int needed)
    {
        var status = WithReady(stable, canary);
        Assert.Contains(
            $"version 2 of fraud has {canary} ready endpoints, and all of the model's traffic needs {needed}, as many as its stable " +
                $"version " +
                "has;",
            Refused(status, 2),
            StringComparison.Ordinal);
        PromoteCommand.Require(status, Fraud, new ModelVersion(2), force: true);
    }

    [Theory]
    [InlineData(999, false)]
    [InlineData(1_000, true)]
    public void A_canary_with_enough_requests_needs_no_confirmation(long requests, bool isEnough)
    {
        var model = WithCondemned().With(model => model with
        {
            Variants = [.. model.Variants.Select(variant => variant with { Figures = new VariantFigures(requests, [], [], []) })],
        }).Models.Single();
        PromoteCommand.RequireRequests(model, new ModelVersion(2), yes: true);
        if (isEnough)
            PromoteCommand.RequireRequests(model, new ModelVersion(2), yes: false);
        else
            Assert.Throws<CommandException>(() => PromoteCommand.RequireRequests(model, new ModelVersion(2), yes: false));
    }

    [Fact]
    public void A_condemned_canary_can_not_be_forced() => Assert.Throws<CommandException>(
        () => PromoteCommand.Require(WithCondemned(2), Fraud, new ModelVersion(2), force: true));

    [Fact]
    public void A_condemned_canary_is_refused_with_the_way_out() =>
        Assert.Contains(
            "version 2 of fraud was condemned at 2026-05-04 12:00:00Z by router-9 (guard); 'ms reset fraud 2 --why REASON'",
            Refused(WithCondemned(2), 2),
            StringComparison.Ordinal);

    [Theory]
    [InlineData(JournalReach.Unread, "the router's journal is unread")]
    [InlineData(JournalReach.Away, "the router's journal is unavailable")]
    public void Nothing_is_promoted_while_it_is_unknown_what_is_condemned(JournalReach journal, string message) =>
        Assert.Contains(message, Refused(WithCondemned() with { Journal = journal }, 2), StringComparison.Ordinal);

    [Fact]
    public void A_version_that_the_router_does_not_serve_is_refused()
    {
        Assert.Contains("does not serve version 3 of fraud as its canary", Refused(WithCondemned(), 3), StringComparison.Ordinal);
        Assert.Contains("does not serve version 1 of fraud as its canary", Refused(WithCondemned(), 1), StringComparison.Ordinal);
        Assert.Contains("does not serve a model 'fraud'", Refused(WithCondemned() with { Models = [] }, 2), StringComparison.Ordinal);
    }

    private static RolloutsStatus WithReady(int stable, int canary) => WithCondemned().With(model => model with
    {
        Variants = [.. model.Variants.Select(variant => variant with { ReadyEndpoints = variant.Name == "stable" ? stable : canary })],
    });

    private static string Refused(RolloutsStatus status, int canary) =>
        Assert.Throws<CommandException>(() => PromoteCommand.Require(status, Fraud, new ModelVersion(canary))).Message;
}

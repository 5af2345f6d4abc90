using ModelServing.Stacks.Preview;

namespace ModelServing.Infra.Tests.Stacks.Preview;

/// <summary>What the summary says about a change of the mode of splitting.</summary>
[Collection(nameof(OneAtATime))]
public sealed class SplittingSummaryTests
{
    private const string FromNowOn =
        "requests to models go through the function TrafficSplitter from now on: the routers stay up, and the gateway's routes change last";

    private const string StraightAgain =
        "requests to models go straight to the routers again: they stay up, and the gateway's routes change last";

    [Fact]
    public async Task A_change_of_the_mode_restarts_nothing_and_has_no_risk()
    {
        var there = await ChangedAsync(Router, Function);
        Assert.Equal(FromNowOn, there.Summary().Lines[0]);
        Assert.Contains("no pods restart", there.Summary().Lines);
        Assert.Empty(there.Summary().Risks);
        Assert.Equal(
            "Deployment gateway", Assert.Single(there.Changes, static each => each.Change != Change.Same).Title);

        var back = await ChangedAsync(Function, Router);
        Assert.Equal(StraightAgain, back.Summary().Lines[0]);
        Assert.Contains("no pods restart", back.Summary().Lines);
        Assert.Empty(back.Summary().Risks);
    }

    [Fact]
    public async Task A_function_that_is_new_in_the_same_update_is_a_risk()
    {
        var summary = (await ChangedAsync(None, Function)).Summary();
        Assert.Contains(FromNowOn, summary.Lines);
        Assert.Contains(
            summary.Risks,
            static risk => risk.StartsWith("risk: outage: ", StringComparison.Ordinal)
                && risk.Contains("Apply functions.splitter first, and splitting: function later", StringComparison.Ordinal));
        // On its own, it is not a risk.
        var first = (await ChangedAsync(None, Router)).Summary();
        Assert.DoesNotContain(FromNowOn, first.Lines);
        Assert.Contains("the function TrafficSplitter comes, and the routers go on splitting traffic", first.Lines);
        Assert.DoesNotContain(first.Risks, static risk => risk.StartsWith("risk: outage", StringComparison.Ordinal));
        Assert.Contains("the gateway may use fn-invocation", first.Lines);
        Assert.Contains(first.Lines, static line => line.StartsWith("pods restart (", StringComparison.Ordinal)
            && line.EndsWith(": router", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_function_that_goes_in_the_same_update_is_a_risk()
    {
        var summary = (await ChangedAsync(Function, None)).Summary();
        Assert.Contains(StraightAgain, summary.Lines);
        Assert.Contains(
            summary.Risks,
            static risk => risk.StartsWith("risk: outage: ", StringComparison.Ordinal)
                && risk.Contains("Apply splitting: router first, and remove functions.splitter later", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_function_that_goes_after_the_routes_have_changed_is_no_risk()
    {
        var summary = (await ChangedAsync(Router, None)).Summary();
        Assert.Empty(summary.Risks);
        Assert.Contains(summary.Lines, static line => line.StartsWith("deleted: ", StringComparison.Ordinal)
            && line.Contains("Function splitter-traffic-splitter", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Another_key_is_a_risk_while_requests_need_it()
    {
        const string Risk = "the routers and TrafficSplitter get another key one after the other";
        var used = (await ChangedAsync(Function, Function.Replace("1.split", "1.other", StringComparison.Ordinal))).Summary();
        Assert.Contains(used.Risks, static risk => risk.Contains(Risk, StringComparison.Ordinal));
        var unused = (await ChangedAsync(Router, Router.Replace("1.split", "1.other", StringComparison.Ordinal))).Summary();
        Assert.DoesNotContain(unused.Lines, static line => line.StartsWith(Risk, StringComparison.Ordinal));
        Assert.Contains(unused.Lines, static line => line.StartsWith("functions restart (", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_stack_that_is_shown_alone_says_who_splits()
    {
        const string Line = "requests to models go through the function TrafficSplitter";
        Assert.Contains(Line, StackComparison.Between(null, await SomePreview.RenderAsync(Function)).Summary().Lines);
        Assert.DoesNotContain(Line, StackComparison.Between(null, await SomePreview.RenderAsync(Router)).Summary().Lines);
    }

    private static string None => SomeStack.File(more: Size);

    private static string Router => SomeStack.File(more: $"{Size}\n  {SomeStack.Splitter}");

    private static string Function => $"{Router}\n  modelserving:splitting: function";

    private static string Size => "modelserving:maxRequestBytes: 6291456";

    private static async Task<StackComparison> ChangedAsync(string before, string after) =>
        StackComparison.Between(await SomePreview.RenderAsync(before), await SomePreview.RenderAsync(after));
}

using ModelServing.TestKit.Hostile;

namespace ModelServing.EndToEnd.Tests;

/// <summary>The answers of versions and the documents of <c>tests/Hostile</c>, against a router process.</summary>
public sealed class HostileRouterTests
{
    // A router reads its documents ten times a second.
    private static readonly TimeSpan Taken = TimeSpan.FromMilliseconds(150);

    [Fact]
    public async Task A_hostile_version_reaches_no_caller_and_no_other_request()
    {
        await using var router = await HostileRouter.StartAsync(TimeSpan.FromSeconds(2));
        var faults = new List<string>();
        foreach (var upstream in HostileUpstream.All)
        {
            if (await router.FaultOfAsync(upstream) is { } fault)
                faults.Add(fault);
        }

        faults.AddRange(await router.FaultsAsync());
        Assert.True(faults.Count == 0, string.Join('\n', faults));
    }

    [Fact]
    public async Task No_document_stops_a_router_and_the_next_good_one_counts()
    {
        await using var router = await HostileRouter.StartAsync(TimeSpan.FromSeconds(2));
        var faults = new List<string>();
        // One of each kind at a time, because the router follows them apart.
        var kinds = HostileDocument.Whole.Concat(HostileDocument.Missing)
            .GroupBy(static document => document.Document)
            .Select(static kind => kind.ToList())
            .ToList();
        for (var i = 0; i < kinds.Max(static kind => kind.Count) && faults.Count == 0; i++)
        {
            var written = kinds.Where(kind => i < kind.Count).Select(kind => kind[i]).ToList();
            written.ForEach(router.Write);
            await Task.Delay(Taken, TestContext.Current.CancellationToken);
            faults.AddRange((await router.FaultsAsync()).Select(fault => $"{string.Join(", ", written)}: {fault}"));
        }

        Assert.True(faults.Count == 0, string.Join('\n', faults));
        await router.RestoreAsync();
        Assert.InRange(await router.RefusedDocumentsAsync(), HostileDocument.Whole.Count / 2, long.MaxValue);
    }
}

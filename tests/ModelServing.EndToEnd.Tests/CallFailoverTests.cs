using System.Diagnostics;
using System.Net;
using System.Text.RegularExpressions;
using ModelServing.Contracts;

namespace ModelServing.EndToEnd.Tests;

/// <summary>Versions that are killed while calls by gRPC run on them.</summary>
public class CallFailoverTests
{
    private const int Callers = 12;

    [Fact]
    public async Task A_canary_that_is_killed_with_calls_in_flight_on_it_fails_no_caller()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "this test looks up unread bytes in /proc");
        using var folder = new StackFolder($"{StackFolder.Canary("50")}\n      deadline: 5m");
        await folder.PublishAsync();
        await using var ms = await folder.UpAsync();
        await using (var before = new CallLoad(AddressIn(ms), Callers))
            await before.MoreAsync(200);

        // A stopped process accepts calls but does not answer, until nearly every caller waits for it. It is stopped while there is no
        // load: a call that it had read would keep its caller and would not be among the unread ones.
        var canary = folder.EndpointOf(2)!;
        using var process = Process.GetProcessById(canary.Process);
        await Signals.SendAsync(process, "STOP");
        await using var load = new CallLoad(AddressIn(ms), Callers);
        await UnreadRequests.AreAsync(Callers - 2, IPEndPoint.Parse(canary.Address).Port);
        process.Kill();

        await Until.TrueAsync(() => folder.ProcessOf(2) is { } next && next != canary.Process, () => $"it is not restarted:\n{ms.Output}");
        await load.MoreAsync(200);
        Assert.All(load.Answers, static answer => Assert.True(answer.Status == CallAnswer.Ok, answer.ToString()));
        var retried = load.Answers.Where(static answer => answer.Failover is not null).ToList();
        Assert.InRange(retried.Count, Callers - 2, int.MaxValue);
        Assert.All(
            retried, static answer => Assert.Equal((VariantPlan.Canary, VariantPlan.Stable), (answer.Failover, answer.Variant)));
    }

    [Fact]
    public async Task A_stable_version_that_is_killed_is_unavailable_until_it_is_restarted()
    {
        using var folder = new StackFolder(StackFolder.Canary("20"));
        await folder.PublishAsync();
        await using var ms = await folder.UpAsync();
        await using var load = new CallLoad(AddressIn(ms), Callers);
        for (var kill = 0; kill < 2; kill++)
        {
            await load.MoreAsync(200);
            var killed = folder.ProcessOf(1)!.Value;
            using (var process = Process.GetProcessById(killed))
                process.Kill();
            await Until.TrueAsync(
                () => folder.ProcessOf(1) is { } process && process != killed,
                () => $"it is not restarted:\n{ms.Output}");
            await load.MoreAsync(100);
            await Until.TrueAsync(
                () => load.Answers[^100..].All(static answer => answer.Status == CallAnswer.Ok),
                () => "it never answers every call again");
        }

        var failures = load.Answers.Where(static answer => answer.Status != CallAnswer.Ok).ToList();
        Assert.NotEmpty(failures);
        Assert.All(failures, static failure =>
        {
            Assert.True(failure.Status == CallAnswer.Unavailable, failure.ToString());
            Assert.Contains(failure.Reason, (string[])["connection-lost", "no-ready-endpoint"]);
            Assert.Equal(VariantPlan.Stable, failure.Variant);
        });
    }

    private static Uri AddressIn(MsProcess ms) =>
        new("http://" + Regex.Match(ms.Output, @"(?m)^\s*gRPC\s+(\S+)$").Groups[1].Value);
}

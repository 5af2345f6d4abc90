using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using ModelServing.Contracts;
using ModelServing.Contracts.Admin;
using ModelServing.TestKit;
using ModelServing.TestKit.Hostile;

namespace ModelServing.Bench.Soak.Evidence;

/// <summary>Attacks the guard's evidence: a caller that knows the assignment sends a canary whatever might fail or be slow there, beside
/// honest clients whose requests go to both variants.</summary>
/// <remarks>Each attack has a platform of its own, so the evidence begins at nothing. The canary is the same model as stable, or one that
/// fails a fifth of the honest requests.</remarks>
/// <param name="time">How long each attack lasts. It ends when the canary is condemned.</param>
/// <param name="percent">The canary's share.</param>
/// <param name="deadline">The time of a request.</param>
/// <param name="isBad">Whether the canary fails a fifth of the honest requests.</param>
/// <param name="slowerThan">The rollout's <c>slowerThan</c>. Without it, the limit of slow answers must first follow from stable's.</param>
internal sealed partial class EvidenceSoak(TimeSpan time, int percent, TimeSpan deadline, bool isBad, string? slowerThan)
{
    private const int Clients = 8;
    private const int PerSecond = 12;
    private const int HugeOneIn = 5;

    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(250);

    // Until the endpoints are not new, and stable has had enough answers for a limit of slow ones.
    private static readonly TimeSpan Warming = TimeSpan.FromSeconds(42);

    /// <summary>Runs an attack.</summary>
    /// <param name="attack">The attack.</param>
    /// <param name="isAnonymous">Whether the hostile callers have no credential.</param>
    /// <param name="cancellation">Ends it.</param>
    internal async Task<EvidenceResult> RunAsync(EvidenceAttack attack, bool isAnonymous, CancellationToken cancellation)
    {
        await using var platform = await HostilePlatform.StartAsync(
            percent,
            deadline,
            clients: Clients,
            canaryOf: model => isBad ? SomeOnnx.ThirdOfSmall() : model.Onnx,
            only: attack.Model,
            guard: slowerThan is null ? null : $"slowerThan: {slowerThan}");
        var (keys, _) = await platform.KeysAsync(attack.Model);
        // The first client is the hostile one.
        var credentials = Enumerable.Range(1, Clients - 1).Select(platform.CredentialOf).ToList();
        if (slowerThan is null)
        {
            await using var first = new HonestClients(
                platform, HostileModel.Named(attack.Model), credentials, PerSecond, int.MaxValue);
            await Task.Delay(Warming, cancellation);
        }

        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        over.CancelAfter(time);
        var sent = 0;
        var began = Stopwatch.GetTimestamp();
        TimeSpan? condemned = null;
        await using var honest = new HonestClients(
            platform, HostileModel.Named(attack.Model), credentials, PerSecond, isBad ? HugeOneIn : int.MaxValue);
        var attacking = Enumerable.Range(0, attack.AtOnce).Select(i => AttackAsync(new Random(i))).ToList();
        while (!over.IsCancellationRequested)
        {
            await Task.Delay(Look, over.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if ((await StatusAsync()).Condemned.Count == 0)
                continue;
            condemned = Stopwatch.GetElapsedTime(began);
            await over.CancelAsync();
        }

        await Task.WhenAll(attacking);
        cancellation.ThrowIfCancellationRequested();
        var status = await StatusAsync();
        var readings = status.Variants.SelectMany(static variant => variant.Guard?.Readings ?? []).ToList();
        return new EvidenceResult(
            attack.Name, isAnonymous ? "anonymous" : "a client", sent, honest.Sent, honest.Failed, honest.Retried,
            readings.Select(PartOf).DefaultIfEmpty(0).Max(),
            string.Join(
                ", ",
                readings.Select(Describe)
                    .Concat(status.Condemned.Select(static one => $"{one.Reason}: {one.Summary}"))
                    .Concat(RetriesIn(await platform.MetricsAsync()))
                    .Concat(honest.FirstFault is { } fault ? [$"first failure: {fault}"] : [])),
            condemned);

        async Task<ModelStatus> StatusAsync() =>
            (await platform.StatusAsync()).Models.Single(model => model.Model == ModelName.Parse(attack.Model));

        async Task AttackAsync(Random random)
        {
            await Task.Yield();
            while (!over.IsCancellationRequested)
            {
                var key = HostilePlatform.RoutingKey(keys[random.Next(keys.Length)]);
                await attack.SendAsync(platform, isAnonymous ? [key] : [key, platform.CredentialOf(0)], random);
                Interlocked.Increment(ref sent);
            }
        }
    }

    // How many requests of all callers stable had to answer, for each reason.
    private static IEnumerable<string> RetriesIn(string metrics) => Retry().Matches(metrics)
        .Select(static line => $"{line.Groups[2].Value} retries: {Reason().Match(line.Groups[1].Value).Groups[1].Value}");

    [GeneratedRegex(@"^modelserving_router_retries_total(\{.*\}) (\d+)", RegexOptions.Multiline)]
    private static partial Regex Retry();

    [GeneratedRegex("reason=\"([^\"]*)\"")]
    private static partial Regex Reason();

    private static double PartOf(KindStatus reading) => Math.Max(0, Math.Log(reading.Evidence) / Math.Log(reading.Threshold));

    private static string Describe(KindStatus reading) => string.Create(
        CultureInfo.InvariantCulture, $"{reading.Kind} {reading.Failures}/{reading.Others} {reading.Evidence:0.##}");
}

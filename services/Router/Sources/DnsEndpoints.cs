using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using ModelServing.Contracts;
using ModelServing.Contracts.Reliability;
using ModelServing.Router.Metrics;

namespace ModelServing.Router.Sources;

/// <summary>
/// Reads endpoints from the cluster's DNS: the name of a version's headless Service has the addresses of its ready pods. The names of the
/// plan's versions are looked up in regular rounds.
/// </summary>
/// <remarks>
/// The meaning of each answer:
/// <code>
/// addresses             all endpoints of the version, from now on
/// no such name, or      no pod is ready (the Kubernetes DNS specification says "no such name"; servers also answer "no address"). This
/// no address            counts after <see cref="AgreeingEmptyAnswers"/> such answers in a row. Until then the last addresses stay: a
///                       refused connection costs a request nothing, but an outage fails it
/// anything else         a failed lookup: the last good addresses stay, without a time limit
/// </code>
/// </remarks>
internal sealed class DnsEndpoints(
    ServiceNames names, NameLookup lookUp, RouterMetrics metrics, TimeProvider time, ILogger<DnsEndpoints> logger) : IEndpointSource
{
    /// <summary>The time between two rounds, varied by up to a tenth so that routers do not query in step. The cluster's DNS caches for at
    /// least 5 s.</summary>
    internal static readonly TimeSpan Period = TimeSpan.FromSeconds(2);

    /// <summary>How long a lookup may take.</summary>
    internal static readonly TimeSpan Limit = TimeSpan.FromSeconds(2);

    private const int AgreeingEmptyAnswers = 3;

    // Guards followed, its entries, requested and first.
    private readonly Lock gate = new();
    private Dictionary<(ModelName Model, ModelVersion Version), FollowedName> followed = [];
    private IReadOnlyCollection<(ModelName Model, ModelVersion Version)>? requested;

    // Where the next round begins, as an index into followed.
    private int first;

    private volatile EndpointsDocument current = EndpointsDocument.None;
    private volatile string? unknown = "no name has been looked up yet";

    // A change that is not passed on yet. Only the follower uses it.
    private bool isChangePending;

    public EndpointsDocument Current => current;

    public string? Unknown => unknown;

    public async Task ReadForAsync(IReadOnlyCollection<(ModelName Model, ModelVersion Version)> versions, CancellationToken cancellation)
    {
        List<FollowedName> added;
        lock (gate)
        {
            if (ReferenceEquals(versions, requested))
                return;
            added =
            [
                .. versions.Where(version => !followed.ContainsKey(version))
                    .Select(version => new FollowedName(version.Model, version.Version, names.NameOf(version.Model, version.Version))),
            ];
        }

        var answers = await LookUpAsync(added, cancellation);
        lock (gate)
        {
            var found = added.ToDictionary(static name => (name.Model, name.Version));
            followed = versions.ToDictionary(
                static version => version, version => followed.GetValueOrDefault(version) ?? found[version]);
            (requested, first) = (versions, 0);
            Apply(answers);
            if (followed.Count == 0)
                unknown = null;
            Publish();
        }
    }

    public async Task FollowAsync(Func<Task> changed, CancellationToken cancellation)
    {
        while (true)
        {
            await Task.Delay(Period * (0.9 + (0.2 * Random.Shared.NextDouble())), time, cancellation);
            isChangePending |= await RunRoundAsync(cancellation);
            if (!isChangePending)
                continue;
            await changed();
            isChangePending = false;
        }
    }

    /// <summary>Looks up every name; true if anything changed. If the servers answer nothing, the round ends early, and the next one begins
    /// with the names that this one did not ask for.</summary>
    internal async Task<bool> RunRoundAsync(CancellationToken cancellation)
    {
        List<FollowedName> round;
        lock (gate)
            round = [.. followed.Values.Skip(first), .. followed.Values.Take(first)];
        var answers = await LookUpAsync(round, cancellation);
        lock (gate)
        {
            first = followed.Count == 0 ? 0 : (first + answers.Count) % followed.Count;
            var wasUnknown = unknown is not null;
            // A plan that came meanwhile may have dropped some of the names.
            var isChanged = Apply(answers.Where(
                answer => ReferenceEquals(followed.GetValueOrDefault((answer.Name.Model, answer.Name.Version)), answer.Name)));
            if (isChanged)
                Publish();
            return isChanged || wasUnknown != (unknown is not null);
        }
    }

    // The limit of a lookup begins with its turn, so that every name gets an answer, however many there are. Where no lookup at all
    // succeeds for as long as the limit, the others would be late too, and a round would take minutes.
    private async Task<IReadOnlyCollection<Answer>> LookUpAsync(List<FollowedName> round, CancellationToken cancellation)
    {
        var answers = new ConcurrentQueue<Answer>();
        var (next, good) = (-1, 0);
        await Task.WhenAll(Enumerable.Range(0, Math.Min(SystemNames.AtATime, round.Count)).Select(_ => WorkAsync()));
        return answers;

        async Task WorkAsync()
        {
            while (Interlocked.Increment(ref next) is var i && i < round.Count)
            {
                var before = Volatile.Read(ref good);
                var answer = await LookUpAsync(round[i], cancellation);
                answers.Enqueue(answer);
                if (!answer.IsLate)
                    Interlocked.Increment(ref good);
                else if (Volatile.Read(ref good) == before)
                    return;
            }
        }
    }

    private async Task<Answer> LookUpAsync(FollowedName name, CancellationToken cancellation)
    {
        try
        {
            return new Answer(name, [.. await TimeLimit.RunAsync(token => lookUp(name.Text, token), Limit, time, cancellation)], null);
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.HostNotFound or SocketError.NoData)
        {
            return new Answer(name, [], null);
        }
        catch (SocketException e)
        {
            return new Answer(name, [], $"{e.Message} ({e.SocketErrorCode})");
        }
        catch (TimeoutException e)
        {
            return new Answer(name, [], e.Message) { IsLate = true };
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // One name that can't be looked up, for whatever reason, does not stop the lookups of the others.
            return new Answer(name, [], e.Message);
        }
    }

    private bool Apply(IEnumerable<Answer> answers)
    {
        var isChanged = false;
        foreach (var (name, addresses, failure) in answers)
        {
            if (failure is not null)
            {
                Fail(name, failure);
                continue;
            }

            unknown = null;
            if (name.Failure is not null)
                SourcesLog.LookupWorksAgain(logger, name.Text);
            name.Failure = null;
            name.EmptyAnswers = addresses.Length == 0 ? name.EmptyAnswers + 1 : 0;
            if (addresses.Length == 0 && name.EmptyAnswers < AgreeingEmptyAnswers)
                continue;
            // The order is irrelevant: servers rotate it with each answer.
            var entries = addresses
                .Select(address => new EndpointEntry(name.Model, name.Version, new IPEndPoint(address, names.Port).ToString(), Process: 0))
                .Distinct().OrderBy(static entry => entry.Address, StringComparer.Ordinal).ToArray();
            if (entries.SequenceEqual(name.Endpoints))
                continue;
            SourcesLog.AddressesChanged(logger, name.Text, entries.Length, name.Endpoints.Length);
            name.Endpoints = entries;
            isChanged = true;
        }

        return isChanged;
    }

    private void Fail(FollowedName name, string why)
    {
        metrics.LookupFailed(name.Model, name.Version);
        if (unknown is not null)
            unknown = $"{name.Text} can't be looked up: {why}";
        if (name.Failure != why)
            SourcesLog.LookupFailed(logger, name.Text, name.Endpoints.Length, why);
        name.Failure = why;
        name.EmptyAnswers = 0;
    }

    private void Publish() =>
        current = EndpointsDocument.None with { Endpoints = [.. followed.Values.SelectMany(static name => name.Endpoints)] };

    private sealed record Answer(FollowedName Name, IPAddress[] Addresses, string? Failure)
    {
        /// <summary>Whether no answer came in time.</summary>
        internal bool IsLate { get; init; }
    }

    /// <summary>A version's name and its last answers.</summary>
    private sealed class FollowedName(ModelName model, ModelVersion version, string text)
    {
        internal ModelName Model => model;

        internal ModelVersion Version => version;

        internal string Text => text;

        /// <summary>The endpoints at the last good addresses, sorted by address.</summary>
        internal EndpointEntry[] Endpoints { get; set; } = [];

        /// <summary>The number of answers without an address in a row.</summary>
        internal int EmptyAnswers { get; set; }

        /// <summary>Why the last lookup failed; null if it did not.</summary>
        internal string? Failure { get; set; }
    }
}

using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using ModelServing.Contracts;
using ModelServing.Contracts.Reliability;
using ModelServing.Router.Metrics;

namespace ModelServing.Router.Sources;

/// <summary>
/// The endpoints that the cluster's DNS gives: the name of a version's headless Service has the addresses of its ready pods. The names of
/// the plan's versions are looked up again and again.
/// </summary>
/// <remarks>
/// What an answer means:
/// <code>
/// addresses             the version's endpoints, all of them, from now on
/// no such name, or      no pod is ready (the Kubernetes DNS specification has "no such name" for that, servers also say "no address").
/// a name without any    Believed once <see cref="AgreeingAnswersOfNothing"/> answers in a row say so: until then the last addresses
///                       stay, for a refused connection costs a request nothing and an outage costs it all
/// anything else         a failed lookup: the last good addresses stay, however long
/// </code>
/// </remarks>
internal sealed class DnsEndpoints(ServiceNames names, NameLookup lookUp, RouterMetrics metrics, TimeProvider time, ILogger<DnsEndpoints> logger) : IEndpointSource
{
    /// <summary>The time between two rounds, give or take a tenth so that routers don't ask in step. The cluster's DNS caches for 5 s or more.</summary>
    internal static readonly TimeSpan Period = TimeSpan.FromSeconds(2);

    /// <summary>How long a lookup may take.</summary>
    internal static readonly TimeSpan Limit = TimeSpan.FromSeconds(2);

    private const int AgreeingAnswersOfNothing = 3;

    // Guards followed and what it holds.
    private readonly Lock gate = new();
    private Dictionary<(ModelName Model, ModelVersion Version), FollowedName> followed = [];
    private volatile EndpointsDocument current = EndpointsDocument.None;
    private volatile string? unknown = "no name was looked up yet";

    public EndpointsDocument Current => current;

    public string? Unknown => unknown;

    public async Task ReadForAsync(IReadOnlyCollection<(ModelName Model, ModelVersion Version)> versions, CancellationToken cancellation)
    {
        List<FollowedName> added;
        lock (gate)
            added = [.. versions.Where(version => !followed.ContainsKey(version)).Select(version => new FollowedName(version.Model, version.Version, names.NameOf(version.Model, version.Version)))];
        var answers = await LookUpAsync(added, cancellation);
        lock (gate)
        {
            followed = versions.ToDictionary(
                static version => version,
                version => followed.GetValueOrDefault(version) ?? added.Find(name => (name.Model, name.Version) == version)!);
            Take(answers);
            if (followed.Count == 0)
                unknown = null;
            Publish();
        }
    }

    public async Task FollowAsync(Func<Task> changed, CancellationToken cancellation)
    {
        try
        {
            while (true)
            {
                await Task.Delay(Period * (0.9 + (0.2 * Random.Shared.NextDouble())), time, cancellation);
                if (await LookAgainAsync(cancellation))
                    await changed();
            }
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
        }
    }

    /// <summary>One round: looks up every name; true when something is another than before.</summary>
    internal async Task<bool> LookAgainAsync(CancellationToken cancellation)
    {
        List<FollowedName> round;
        lock (gate)
            round = [.. followed.Values];
        var answers = await LookUpAsync(round, cancellation);
        lock (gate)
        {
            var wasUnknown = unknown is not null;
            // A plan may have come meanwhile that has let go of some.
            var isChanged = Take(answers.Where(answer => followed.ContainsValue(answer.Name)));
            if (isChanged)
                Publish();
            return isChanged || wasUnknown != (unknown is not null);
        }
    }

    private Task<Answer[]> LookUpAsync(List<FollowedName> asked, CancellationToken cancellation) =>
        Task.WhenAll(asked.Select(name => LookUpAsync(name, cancellation)));

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
            return new Answer(name, [], e.Message);
        }
    }

    private bool Take(IEnumerable<Answer> answers)
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
            name.AnswersOfNothing = addresses.Length == 0 ? name.AnswersOfNothing + 1 : 0;
            if (addresses.Length == 0 && name.AnswersOfNothing < AgreeingAnswersOfNothing)
                continue;
            // The order says nothing: servers turn it with each answer.
            var entries = addresses.Select(address => new EndpointEntry(name.Model, name.Version, new IPEndPoint(address, names.Port).ToString(), Process: 0))
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
        name.AnswersOfNothing = 0;
    }

    private void Publish() => current = EndpointsDocument.None with { Endpoints = [.. followed.Values.SelectMany(static name => name.Endpoints)] };

    private sealed record Answer(FollowedName Name, IPAddress[] Addresses, string? Failure);

    /// <summary>A version's name and what is known of it.</summary>
    private sealed class FollowedName(ModelName model, ModelVersion version, string text)
    {
        internal ModelName Model => model;

        internal ModelVersion Version => version;

        internal string Text => text;

        /// <summary>The endpoints at its last good addresses, in order.</summary>
        internal EndpointEntry[] Endpoints { get; set; } = [];

        /// <summary>How many answers in a row had no address.</summary>
        internal int AnswersOfNothing { get; set; }

        /// <summary>Why the last lookup failed; null when it did not.</summary>
        internal string? Failure { get; set; }
    }
}

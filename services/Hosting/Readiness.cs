using System.Collections.Immutable;

namespace ModelServing.Hosting;

/// <summary>Whether the host is ready for requests, and if not, why. A host starts not ready.</summary>
public sealed class Readiness
{
    private volatile string? reason = "starting";
    private volatile bool draining;
    private ImmutableSortedDictionary<string, string> waiting = ImmutableSortedDictionary<string, string>.Empty;
    private ImmutableSortedDictionary<string, string> faults = ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>Why the host is not ready; null if it is.</summary>
    public string? Reason => draining ? "stopping" : reason ?? Volatile.Read(ref waiting).Values.FirstOrDefault();

    /// <summary>What does not work, by its name. It does not make the host unready: what it does not need for requests may fail.</summary>
    public IReadOnlyDictionary<string, string> Faults => Volatile.Read(ref faults);

    /// <summary>The host is ready, unless it is stopping or awaits a part.</summary>
    public void Ready() => reason = null;

    public void NotReady(string why) => reason = why;

    /// <summary>The host is not ready until it <see cref="Has"/> the part, whatever else is ready.</summary>
    public void Await(string part, string why) =>
        ImmutableInterlocked.Update(ref waiting, static (all, added) => all.SetItem(added.part, added.why), (part, why));

    /// <summary>The host no longer awaits the part.</summary>
    public void Has(string part) => ImmutableInterlocked.Update(ref waiting, static (all, part) => all.Remove(part), part);

    /// <summary>Something fails that the host can do without for a while.</summary>
    public void Degrade(string part, string why) =>
        ImmutableInterlocked.Update(ref faults, static (all, added) => all.SetItem(added.part, added.why), (part, why));

    /// <summary>It works again.</summary>
    public void Restore(string part) => ImmutableInterlocked.Update(ref faults, static (all, part) => all.Remove(part), part);

    internal void Drain() => draining = true;
}

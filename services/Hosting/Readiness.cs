using System.Collections.Immutable;

namespace ModelServing.Hosting;

/// <summary>Whether the host wants requests, and if not, why. A host starts not ready.</summary>
public sealed class Readiness
{
    private volatile string? reason = "starting";
    private volatile bool draining;
    private ImmutableSortedDictionary<string, string> waiting = ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>Why the host wants no requests; null when it does.</summary>
    public string? Reason => draining ? "stopping" : reason ?? Volatile.Read(ref waiting).Values.FirstOrDefault();

    /// <summary>Says that the host wants requests (unless it is stopping).</summary>
    public void Ready() => reason = null;

    /// <summary>Says that the host wants none, because of <paramref name="why"/>.</summary>
    public void NotReady(string why) => reason = why;

    /// <summary>Says that the host wants none before it has <paramref name="part"/>, whatever else is ready, because of
    /// <paramref name="why"/>.</summary>
    public void Await(string part, string why) => ImmutableInterlocked.Update(ref waiting, static (all, added) => all.SetItem(added.part, added.why), (part, why));

    /// <summary>Says that the host has <paramref name="part"/>.</summary>
    public void Has(string part) => ImmutableInterlocked.Update(ref waiting, static (all, part) => all.Remove(part), part);

    internal void Drain() => draining = true;
}

using System.Text;
using ModelServing.Rollout.Journal;

namespace ModelServing.Rollout.Splitting;

/// <summary>A model's rollout as it is served, with the assignment of its routing keys.</summary>
/// <param name="effective">The rollout.</param>
/// <param name="state">The model's state in the journal; null if it was never read.</param>
public sealed class AssignedRollout(EffectiveRollout effective, JournalState? state)
{
    private readonly Assignment? assignment = effective.IsCondemnedStable ? null : effective.ToAssignment();

    public EffectiveRollout Effective => effective;

    /// <summary>The model's state in the journal; null if it was never read.</summary>
    public JournalState? State => state;

    /// <summary>Picks the variant of a routing key, as an index into the variants.</summary>
    /// <param name="key">The characters that the client sent, each of them a byte, as headers are read as Latin-1.</param>
    /// <param name="hash">The key's hash; 0 if stable is the only variant.</param>
    /// <exception cref="InvalidOperationException">No rollout is served.</exception>
    public int Assign(string key, out ulong hash)
    {
        ArgumentNullException.ThrowIfNull(key);
        hash = 0;
        if (assignment is null)
            throw new InvalidOperationException("no rollout is served");
        if (effective.Variants.Count == 1)
            return 0;
        const int OnStack = 256;
        var bytes = key.Length <= OnStack ? stackalloc byte[OnStack] : new byte[key.Length];
        hash = assignment.HashOf(bytes[..Encoding.Latin1.GetBytes(key, bytes)]);
        return assignment.VariantOf(hash);
    }
}

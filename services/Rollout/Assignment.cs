using System.IO.Hashing;
using System.Text;
using ModelServing.Contracts;

namespace ModelServing.Rollout;

/// <summary>
/// Assigns routing keys to variants: a pure function of the rollout's revision, its layout and the key. The key's hash picks one of
/// <see cref="PlanDocument.Buckets"/> buckets, and the layout says which variant owns it.
/// </summary>
/// <remarks>
/// The hash is XXH3 (64 bits; Collet, "xxHash", v0.8) of the key's UTF-8 bytes, seeded with the XXH3 of the revision's text, so that each
/// revision distributes keys afresh. Its upper bits are scaled to the buckets. Any language can recompute it from a log.
/// </remarks>
public sealed class Assignment
{
    private readonly long seed;

    // The runs of buckets with one owner, in order: the bucket after each run's last one, and its owner. A canary has two, an experiment a
    // few for each change of its weights.
    private readonly int[] ends;
    private readonly int[] owners;

    /// <summary>The assignment of a rollout whose weights have never changed.</summary>
    public Assignment(RolloutPlan rollout)
        : this(rollout, BucketLayout.Create((rollout ?? throw new ArgumentNullException(nameof(rollout))).Variants))
    {
    }

    /// <param name="layout">Which variant owns which bucket.</param>
    /// <param name="closed">The names of variants that get no traffic. Their buckets go to stable, and no other bucket moves.</param>
    public Assignment(RolloutPlan rollout, BucketLayout layout, IEnumerable<string>? closed = null)
    {
        ArgumentNullException.ThrowIfNull(rollout);
        ArgumentNullException.ThrowIfNull(layout);
        seed = (long)XxHash3.HashToUInt64(Encoding.UTF8.GetBytes(rollout.Revision));
        var names = closed?.ToHashSet(StringComparer.Ordinal) ?? [];
        var stable = rollout.Variants.Count - 1;
        var end = 0;
        var runs = new List<(int End, int Owner)>();
        foreach (var (variant, count) in layout.Runs)
        {
            end += count;
            var owner = names.Contains(variant) ? stable : IndexOf(rollout, variant);
            if (runs is [.., var last] && last.Owner == owner)
                runs[^1] = (end, owner);
            else
                runs.Add((end, owner));
        }

        ends = [.. runs.Select(static run => run.End)];
        owners = [.. runs.Select(static run => run.Owner)];
    }

    /// <summary>Returns the bucket of a key, from 0.</summary>
    /// <param name="key">The key's UTF-8 bytes.</param>
    public int BucketOf(ReadOnlySpan<byte> key) => BucketOf(HashOf(key));

    /// <summary>Returns the hash of a key, which determines its bucket.</summary>
    /// <param name="key">The key's UTF-8 bytes.</param>
    public ulong HashOf(ReadOnlySpan<byte> key) => XxHash3.HashToUInt64(key, seed);

    /// <summary>Returns the variant of a key, as an index into the plan's variants.</summary>
    /// <param name="key">The key's UTF-8 bytes.</param>
    public int VariantOf(ReadOnlySpan<byte> key) => VariantOf(HashOf(key));

    /// <summary>Returns the variant of a key, as an index into the plan's variants.</summary>
    /// <param name="hash">The key's <see cref="HashOf"/>.</param>
    public int VariantOf(ulong hash)
    {
        var bucket = BucketOf(hash);
        var (low, high) = (0, ends.Length - 1);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = bucket < ends[middle] ? (low, middle) : (middle + 1, high);
        }

        return owners[low];
    }

    private static int IndexOf(RolloutPlan rollout, string variant)
    {
        for (var i = 0; i < rollout.Variants.Count; i++)
        {
            if (rollout.Variants[i].Name == variant)
                return i;
        }

        throw new ArgumentException($"the layout has the variant '{variant}', which the rollout does not have");
    }

    private static int BucketOf(ulong hash) => (int)Math.BigMul(hash, PlanDocument.Buckets, out _);
}

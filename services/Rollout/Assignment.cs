using System.IO.Hashing;
using System.Text;
using ModelServing.Contracts;

namespace ModelServing.Rollout;

/// <summary>
/// Which variant a routing key gets: a pure function of the rollout's revision and the key. The key's hash picks one of
/// <see cref="PlanDocument.Buckets"/> buckets, and the variants own them in the plan's order.
/// </summary>
/// <remarks>
/// The hash is XXH3 (64 bits; Collet, "xxHash", v0.8) of the key's UTF-8 bytes, seeded with the XXH3 of the revision's text, so that
/// keys fall anew for each revision; its upper bits scaled to the buckets. Any language can compute it again from a log.
/// </remarks>
public sealed class Assignment
{
    private readonly long seed;
    private readonly int[] ends;
    private readonly int[] owners;

    /// <summary>The assignment of a rollout.</summary>
    /// <param name="rollout">The rollout.</param>
    /// <param name="closed">The names of variants that get no traffic: their buckets are stable's, and no other bucket changes hands.</param>
    public Assignment(RolloutPlan rollout, IEnumerable<string>? closed = null)
    {
        ArgumentNullException.ThrowIfNull(rollout);
        seed = (long)XxHash3.HashToUInt64(Encoding.UTF8.GetBytes(rollout.Revision));
        ends = new int[rollout.Variants.Count];
        var end = 0;
        for (var i = 0; i < ends.Length; i++)
            ends[i] = end += rollout.Variants[i].Weight;
        var names = closed?.ToHashSet(StringComparer.Ordinal) ?? [];
        owners = [.. rollout.Variants.Select((variant, i) => names.Contains(variant.Name) ? ends.Length - 1 : i)];
    }

    /// <summary>The bucket of a key, from 0.</summary>
    /// <param name="key">The key's UTF-8 bytes.</param>
    public int BucketOf(ReadOnlySpan<byte> key) =>
        (int)Math.BigMul(XxHash3.HashToUInt64(key, seed), PlanDocument.Buckets, out _);

    /// <summary>The variant of a key, as an index into the plan's variants.</summary>
    /// <param name="key">The key's UTF-8 bytes.</param>
    public int VariantOf(ReadOnlySpan<byte> key)
    {
        var bucket = BucketOf(key);
        var range = 0;
        while (bucket >= ends[range])
            range++;
        return owners[range];
    }
}

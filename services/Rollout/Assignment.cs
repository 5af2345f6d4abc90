using System.IO.Hashing;
using System.Text;
using ModelServing.Contracts;

namespace ModelServing.Rollout;

/// <summary>
/// Which variant a routing key gets: a pure function of the rollout's revision, its layout and the key. The key's hash picks one of
/// <see cref="PlanDocument.Buckets"/> buckets, and the variants own them by the layout.
/// </summary>
/// <remarks>
/// The hash is XXH3 (64 bits; Collet, "xxHash", v0.8) of the key's UTF-8 bytes, seeded with the XXH3 of the revision's text, so that
/// keys fall anew for each revision; its upper bits scaled to the buckets. Any language can compute it again from a log.
/// </remarks>
public sealed class Assignment
{
    private readonly long seed;
    private readonly BucketLayout layout;

    /// <summary>The assignment of a rollout of which no other weights were served before.</summary>
    public Assignment(RolloutPlan rollout)
        : this(rollout, BucketLayout.Of((rollout ?? throw new ArgumentNullException(nameof(rollout))).Variants))
    {
    }

    /// <summary>The assignment of a rollout by a layout of its variants.</summary>
    public Assignment(RolloutPlan rollout, BucketLayout layout)
    {
        ArgumentNullException.ThrowIfNull(rollout);
        ArgumentNullException.ThrowIfNull(layout);
        seed = (long)XxHash3.HashToUInt64(Encoding.UTF8.GetBytes(rollout.Revision));
        this.layout = layout;
    }

    /// <summary>The bucket of a key, from 0.</summary>
    /// <param name="key">The key's UTF-8 bytes.</param>
    public int BucketOf(ReadOnlySpan<byte> key) => BucketOf(HashOf(key));

    /// <summary>The hash of a key, from which its bucket follows.</summary>
    /// <param name="key">The key's UTF-8 bytes.</param>
    public ulong HashOf(ReadOnlySpan<byte> key) => XxHash3.HashToUInt64(key, seed);

    /// <summary>The variant of a key, as an index into the plan's variants.</summary>
    /// <param name="key">The key's UTF-8 bytes.</param>
    public int VariantOf(ReadOnlySpan<byte> key) => VariantOf(HashOf(key));

    /// <summary>The variant of a key, as an index into the plan's variants.</summary>
    /// <param name="hash">The key's <see cref="HashOf"/>.</param>
    public int VariantOf(ulong hash) => layout.OwnerOf(BucketOf(hash));

    private static int BucketOf(ulong hash) => (int)Math.BigMul(hash, PlanDocument.Buckets, out _);
}

using ModelServing.Contracts;

namespace ModelServing.Rollout;

/// <summary>Which variant owns which of the <see cref="PlanDocument.Buckets"/> buckets. Immutable.</summary>
/// <remarks>
/// A change of weights moves buckets only from variants that shrink to variants that grow, so that no key moves between two others. No
/// function of the weights alone can do that: with three arms a, b and c, the buckets of b would have to be those that a leaves and
/// those that c leaves, whatever the shares. So a layout follows from the one before it (<see cref="MoveTo"/>), the first from the
/// plan's order, and all routers walk the same way: that of the rollouts in the journal.
/// </remarks>
public sealed class BucketLayout
{
    private readonly string[] names;
    private readonly ushort[] owners;

    private BucketLayout(string[] names, ushort[] owners)
    {
        this.names = names;
        this.owners = owners;
    }

    /// <summary>The first layout of a rollout: the variants own buckets from 0 up in their order.</summary>
    /// <param name="variants">The variants; their weights add up to <see cref="PlanDocument.Buckets"/>.</param>
    public static BucketLayout Of(IReadOnlyList<VariantPlan> variants)
    {
        ArgumentNullException.ThrowIfNull(variants);
        var owners = new ushort[PlanDocument.Buckets];
        var start = 0;
        for (var i = 0; i < variants.Count; i++)
        {
            owners.AsSpan(start, variants[i].Weight).Fill((ushort)i);
            start += variants[i].Weight;
        }

        return new BucketLayout([.. variants.Select(static variant => variant.Name)], owners);
    }

    /// <summary>The layout after a change of weights: what shrinks gives up its last buckets (stable its first), what grows takes the
    /// lowest of them, in the variants' order.</summary>
    /// <param name="variants">The variants; their weights add up to <see cref="PlanDocument.Buckets"/>. One that is not there any more
    /// gives up all it had.</param>
    public BucketLayout MoveTo(IReadOnlyList<VariantPlan> variants)
    {
        ArgumentNullException.ThrowIfNull(variants);
        const ushort Nobody = ushort.MaxValue;
        var left = variants.Select(static variant => variant.Weight).ToArray();
        var next = new ushort[PlanDocument.Buckets];
        next.AsSpan().Fill(Nobody);
        for (var i = 0; i < variants.Count; i++)
        {
            var before = Array.IndexOf(names, variants[i].Name);
            var isStable = variants[i].Name == VariantPlan.Stable;
            for (var step = 0; step < PlanDocument.Buckets && left[i] > 0; step++)
            {
                var bucket = isStable ? PlanDocument.Buckets - 1 - step : step;
                if (owners[bucket] == before)
                    (next[bucket], left[i]) = ((ushort)i, left[i] - 1);
            }
        }

        var taker = 0;
        for (var bucket = 0; bucket < PlanDocument.Buckets; bucket++)
        {
            if (next[bucket] != Nobody)
                continue;
            while (left[taker] == 0)
                taker++;
            (next[bucket], left[taker]) = ((ushort)taker, left[taker] - 1);
        }

        return new BucketLayout([.. variants.Select(static variant => variant.Name)], next);
    }

    /// <summary>The owner of a bucket, as an index into the variants that the layout was made of.</summary>
    /// <param name="bucket">The bucket, from 0.</param>
    public int OwnerOf(int bucket) => owners[bucket];
}

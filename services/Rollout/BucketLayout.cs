using ModelServing.Contracts;

namespace ModelServing.Rollout;

/// <summary>Which variant owns which of the <see cref="PlanDocument.Buckets"/> buckets. Immutable.</summary>
/// <remarks>
/// A change of weights moves buckets only from variants that shrink to variants that grow, so that no key moves between two others. No
/// function of the weights alone can do that: with three arms a, b and c, the buckets of b would have to be those that a leaves and
/// those that c leaves, whatever the shares. So a layout follows from the one before it (<see cref="MoveTo"/>), the first from the
/// plan's order, and all routers walk the same way: that of the rollouts in the journal.
/// </remarks>
public sealed class BucketLayout : IEquatable<BucketLayout>
{
    private const int Nobody = -1;

    private readonly string[] names;
    private readonly (int Variant, int Count)[] runs;

    private BucketLayout(IReadOnlyList<VariantPlan> variants, (int Variant, int Count)[] runs)
    {
        names = [.. variants.Select(static variant => variant.Name)];
        this.runs = runs;
    }

    /// <summary>The buckets from 0 up as neighbours of one owner: the variant's name and how many they are.</summary>
    public IEnumerable<(string Variant, int Count)> Runs => runs.Select(run => (names[run.Variant], run.Count));

    /// <summary>The first layout of a rollout: the variants own buckets from 0 up in their order.</summary>
    /// <param name="variants">The variants; their weights add up to <see cref="PlanDocument.Buckets"/>.</param>
    public static BucketLayout Create(IReadOnlyList<VariantPlan> variants)
    {
        ArgumentNullException.ThrowIfNull(variants);
        return new BucketLayout(variants, [.. variants.Select(static (variant, i) => (i, variant.Weight)).Where(static run => run.Weight > 0)]);
    }

    /// <summary>The layout of neighbours that were written down (<see cref="Runs"/>).</summary>
    /// <exception cref="ArgumentException">They are not this rollout's.</exception>
    public static BucketLayout Create(IReadOnlyList<VariantPlan> variants, IEnumerable<(string Variant, int Count)> runs)
    {
        ArgumentNullException.ThrowIfNull(variants);
        ArgumentNullException.ThrowIfNull(runs);
        var layout = new BucketLayout(variants, [.. runs.Select(run => (variants.Select(static variant => variant.Name).ToList().IndexOf(run.Variant), run.Count))]);
        for (var i = 0; i < variants.Count; i++)
        {
            if (layout.runs.Where(run => run.Variant == i).Sum(static run => (long)run.Count) != variants[i].Weight)
                throw new ArgumentException($"the buckets of '{variants[i].Name}' are not as many as its weight", nameof(runs));
        }

        return layout.runs.Any(static run => run.Variant == Nobody || run.Count < 1) ? throw new ArgumentException("buckets belong to nobody", nameof(runs)) : layout;
    }

    /// <summary>The layout after a change of weights: what shrinks gives up its last buckets (stable its first), what grows takes the
    /// lowest of them, in the variants' order.</summary>
    /// <param name="variants">The variants; their weights add up to <see cref="PlanDocument.Buckets"/>. One that is not there any more
    /// gives up all it had.</param>
    public BucketLayout MoveTo(IReadOnlyList<VariantPlan> variants)
    {
        ArgumentNullException.ThrowIfNull(variants);
        var owners = ToOwners();
        var left = variants.Select(static variant => variant.Weight).ToArray();
        var next = new int[PlanDocument.Buckets];
        next.AsSpan().Fill(Nobody);
        for (var i = 0; i < variants.Count; i++)
        {
            var before = Array.IndexOf(names, variants[i].Name);
            var isStable = variants[i].Name == VariantPlan.Stable;
            for (var step = 0; step < PlanDocument.Buckets && left[i] > 0; step++)
            {
                var bucket = isStable ? PlanDocument.Buckets - 1 - step : step;
                if (owners[bucket] == before)
                    (next[bucket], left[i]) = (i, left[i] - 1);
            }
        }

        var taker = 0;
        for (var bucket = 0; bucket < PlanDocument.Buckets; bucket++)
        {
            if (next[bucket] != Nobody)
                continue;
            while (left[taker] == 0)
                taker++;
            (next[bucket], left[taker]) = (taker, left[taker] - 1);
        }

        return new BucketLayout(variants, RunsOf(next));
    }

    /// <summary>Whether every bucket has the owner of the same name.</summary>
    public bool Equals(BucketLayout? other) => other is not null && Runs.SequenceEqual(other.Runs);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as BucketLayout);

    /// <inheritdoc/>
    public override int GetHashCode() => runs.Length;

    /// <summary>The owner of each bucket, as an index into the variants that the layout was made of.</summary>
    internal int[] ToOwners()
    {
        var owners = new int[PlanDocument.Buckets];
        var start = 0;
        foreach (var (variant, count) in runs)
        {
            owners.AsSpan(start, count).Fill(variant);
            start += count;
        }

        return owners;
    }

    private static (int Variant, int Count)[] RunsOf(int[] owners)
    {
        var runs = new List<(int Variant, int Count)>();
        foreach (var owner in owners)
        {
            if (runs is [.., var (last, count)] && last == owner)
                runs[^1] = (last, count + 1);
            else
                runs.Add((owner, 1));
        }

        return [.. runs];
    }
}

using ModelServing.Contracts;

namespace ModelServing.Rollout;

/// <summary>Says which variant owns which of the <see cref="PlanDocument.Buckets"/> buckets. Immutable.</summary>
/// <remarks>
/// A change of weights moves buckets only from variants that shrink to variants that grow; no key moves between two other variants. No
/// function of the weights alone can do that: with three arms a, b and c, the buckets of b must then be those that a leaves as well as
/// those that c leaves, for all shares. Therefore each layout follows from the previous one (<see cref="MoveTo"/>), and the first from the
/// plan's order. All routers follow the same sequence, that of the rollouts in the journal.
/// </remarks>
public sealed class BucketLayout : IEquatable<BucketLayout>
{
    private const int NoOwner = -1;

    private readonly string[] names;
    private readonly (int Variant, int Count)[] runs;

    private BucketLayout(IReadOnlyList<VariantPlan> variants, (int Variant, int Count)[] runs)
    {
        names = [.. variants.Select(static variant => variant.Name)];
        this.runs = runs;
    }

    /// <summary>The buckets from 0 up, as runs with one owner: the variant's name and the number of buckets.</summary>
    public IEnumerable<(string Variant, int Count)> Runs => runs.Select(run => (names[run.Variant], run.Count));

    /// <summary>Creates the first layout of a rollout: the variants own buckets from 0 up, in their order.</summary>
    /// <param name="variants">The variants; their weights add up to <see cref="PlanDocument.Buckets"/>.</param>
    public static BucketLayout Create(IReadOnlyList<VariantPlan> variants)
    {
        ArgumentNullException.ThrowIfNull(variants);
        return new BucketLayout(
            variants,
            [.. variants.Select(static (variant, i) => (i, variant.Weight)).Where(static run => run.Weight > 0)]);
    }

    /// <summary>Creates a layout from recorded <see cref="Runs"/>.</summary>
    /// <exception cref="ArgumentException">The runs do not fit the variants.</exception>
    public static BucketLayout Create(IReadOnlyList<VariantPlan> variants, IEnumerable<(string Variant, int Count)> runs)
    {
        ArgumentNullException.ThrowIfNull(variants);
        ArgumentNullException.ThrowIfNull(runs);
        var names = variants.Select(static variant => variant.Name).ToList();
        var layout = new BucketLayout(variants, [.. runs.Select(run => (names.IndexOf(run.Variant), run.Count))]);
        for (var i = 0; i < variants.Count; i++)
        {
            if (layout.WeightOf(i) != variants[i].Weight)
                throw new ArgumentException($"the number of buckets of '{variants[i].Name}' is not its weight", nameof(runs));
        }

        return layout.runs.Any(static run => run.Variant == NoOwner || run.Count < 1)
            ? throw new ArgumentException("some buckets have no owner", nameof(runs))
            : layout;
    }

    /// <summary>Returns the layout after a change of weights. A shrinking variant gives up its last buckets (stable its first ones);
    /// growing variants take the lowest of these, in the variants' order.</summary>
    /// <param name="variants">The variants; their weights add up to <see cref="PlanDocument.Buckets"/>. A variant that is missing gives up
    /// all its buckets.</param>
    public BucketLayout MoveTo(IReadOnlyList<VariantPlan> variants)
    {
        ArgumentNullException.ThrowIfNull(variants);
        var weights = names.Select((name, i) => (name, (int)WeightOf(i)));
        if (variants.Select(static variant => (variant.Name, variant.Weight)).SequenceEqual(weights))
            return this;
        var left = variants.Select(static variant => variant.Weight).ToArray();
        var kept = new List<(int Start, int Count, int Variant)>();
        for (var i = 0; i < variants.Count; i++)
            Keep(i, variants[i].Name, kept, ref left[i]);
        kept.Sort(static (one, other) => one.Start.CompareTo(other.Start));
        var next = new List<(int Variant, int Count)>();
        var (bucket, taker) = (0, 0);
        foreach (var (start, count, variant) in kept.Append((PlanDocument.Buckets, 0, NoOwner)))
        {
            while (bucket < start)
            {
                while (left[taker] == 0)
                    taker++;
                var taken = Math.Min(start - bucket, left[taker]);
                Add(next, taker, taken);
                left[taker] -= taken;
                bucket += taken;
            }

            if (count > 0)
                Add(next, variant, count);
            bucket += count;
        }

        return new BucketLayout(variants, [.. next]);
    }

    /// <summary>Whether every bucket has an owner of the same name.</summary>
    public bool Equals(BucketLayout? other) => other is not null && Runs.SequenceEqual(other.Runs);

    public override bool Equals(object? obj) => Equals(obj as BucketLayout);

    public override int GetHashCode() => runs.Length;

    /// <summary>Returns the owner of each bucket, as an index into the layout's variants.</summary>
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

    private long WeightOf(int variant) => runs.Where(run => run.Variant == variant).Sum(static run => (long)run.Count);

    // Of a variant's buckets, those that it keeps. Works on runs: a journal of 100,000 changes moves as many layouts.
    private void Keep(int variant, string name, List<(int Start, int Count, int Variant)> kept, ref int left)
    {
        var before = Array.IndexOf(names, name);
        var isStable = name == VariantPlan.Stable;
        var start = isStable ? PlanDocument.Buckets : 0;
        for (var step = 0; step < runs.Length && left > 0; step++)
        {
            var run = runs[isStable ? runs.Length - 1 - step : step];
            if (isStable)
                start -= run.Count;
            if (run.Variant == before)
            {
                var count = Math.Min(left, run.Count);
                kept.Add((isStable ? start + run.Count - count : start, count, variant));
                left -= count;
            }

            if (!isStable)
                start += run.Count;
        }
    }

    private static void Add(List<(int Variant, int Count)> runs, int variant, int count)
    {
        if (runs is [.., var (last, before)] && last == variant)
            runs[^1] = (last, before + count);
        else
            runs.Add((variant, count));
    }
}

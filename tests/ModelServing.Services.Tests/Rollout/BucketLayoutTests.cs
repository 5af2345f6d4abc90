using CsCheck;
using ModelServing.Contracts;
using ModelServing.Rollout;

namespace ModelServing.Services.Tests.Rollout;

public class BucketLayoutTests
{
    // One to five arms beside stable, with several changes of weights in a row.
    private static readonly Gen<VariantPlan[][]> SomeRamp = Gen.Int[1, 5].SelectMany(static arms => SomeWeights(arms).Array[2, 6]);

    [Fact]
    public void Buckets_move_only_from_shrinking_to_growing_variants() => SomeRamp.Sample(static ramp =>
    {
        var layout = BucketLayout.Create(ramp[0]);
        for (var step = 1; step < ramp.Length; step++)
        {
            var (before, now, next) = (ramp[step - 1], ramp[step], layout.MoveTo(ramp[step]));
            var (old, moved) = (layout.ToOwners(), next.ToOwners());
            for (var bucket = 0; bucket < PlanDocument.Buckets; bucket++)
            {
                var (from, to) = (old[bucket], moved[bucket]);
                if (from != to)
                    Assert.True(
                        now[from].Weight < before[from].Weight && now[to].Weight > before[to].Weight,
                        $"bucket {bucket} moved from {now[from]} to {now[to]}");
            }

            layout = next;
        }
    }, iter: 60);

    [Fact]
    public void Every_variant_owns_as_many_buckets_as_its_weight() => SomeRamp.Sample(static ramp =>
    {
        var layout = ramp.Skip(1).Aggregate(BucketLayout.Create(ramp[0]), static (layout, variants) => layout.MoveTo(variants));
        Assert.Equal(
            ramp[^1].Select(static variant => variant.Weight),
            Enumerable.Range(0, ramp[^1].Length).Select(variant => Owned(layout, variant).Count()));
    }, iter: 60);

    [Fact]
    public void A_ramp_of_a_single_canary_leads_to_the_layout_of_its_weight() =>
        Gen.Int[0, PlanDocument.Buckets].Array[1, 6].Sample(static weights =>
    {
        var layout = weights.Aggregate(BucketLayout.Create(Canary(0)), static (layout, weight) => layout.MoveTo(Canary(weight)));
        Assert.Equal(Enumerable.Range(0, weights[^1]), Owned(layout, 0));
    }, iter: 100);

    [Fact]
    public void Recorded_runs_give_the_same_layout_and_runs_of_another_rollout_are_refused() => SomeRamp.Sample(static ramp =>
    {
        var layout = ramp.Skip(1).Aggregate(BucketLayout.Create(ramp[0]), static (layout, variants) => layout.MoveTo(variants));
        Assert.Equal(layout.ToOwners(), BucketLayout.Create(ramp[^1], layout.Runs).ToOwners());
        Assert.Throws<ArgumentException>(() => BucketLayout.Create(ramp[^1], [.. layout.Runs, ("x", 1)]));
        Assert.Throws<ArgumentException>(() => BucketLayout.Create(ramp[^1], layout.Runs.Skip(1)));
    }, iter: 30);

    [Fact]
    public void A_removed_variant_leaves_its_buckets_to_others_in_place()
    {
        VariantPlan[] three = [Variant("a", 2, 1000), Variant("b", 3, 1000), Variant(VariantPlan.Stable, 1, 8000)];
        var without = BucketLayout.Create(three).MoveTo([Variant("b", 3, 1000), Variant(VariantPlan.Stable, 1, 9000)]);
        Assert.Equal(Enumerable.Range(1000, 1000), Owned(without, 0));
        // And back: from stable, because b does not shrink.
        var again = without.MoveTo(three);
        Assert.Equal(Enumerable.Range(0, 1000), Owned(again, 0));
        Assert.Equal(Enumerable.Range(1000, 1000), Owned(again, 1));
    }

    private static IEnumerable<int> Owned(BucketLayout layout, int variant) =>
        layout.ToOwners().Index().Where(bucket => bucket.Item == variant).Select(static bucket => bucket.Index);

    private static VariantPlan[] Canary(int weight) =>
        [Variant(VariantPlan.Canary, 2, weight), Variant(VariantPlan.Stable, 1, PlanDocument.Buckets - weight)];

    private static VariantPlan Variant(string name, int version, int weight) => new(name, new ModelVersion(version), weight);

    private static Gen<VariantPlan[]> SomeWeights(int arms) => Gen.Int[0, PlanDocument.Buckets].Array[arms, arms].Select(static cuts =>
    {
        Array.Sort(cuts);
        var variants = new List<VariantPlan>();
        for (var i = 0; i < cuts.Length; i++)
            variants.Add(Variant($"arm-{i}", i + 2, cuts[i] - (i == 0 ? 0 : cuts[i - 1])));
        variants.Add(Variant(VariantPlan.Stable, 1, PlanDocument.Buckets - cuts[^1]));
        return variants.ToArray();
    });
}

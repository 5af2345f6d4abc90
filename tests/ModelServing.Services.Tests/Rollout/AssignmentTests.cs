using System.IO.Hashing;
using System.Text;
using CsCheck;
using ModelServing.Contracts;
using ModelServing.Rollout;

namespace ModelServing.Services.Tests.Rollout;

public class AssignmentTests
{
    private const int Keys = 100_000;

    private static readonly Gen<string> SomeRevision = Gen.String[Gen.Char["0123456789abcdef"], 16, 16];

    [Fact]
    public void The_same_key_and_revision_give_the_same_variant() =>
        Gen.Select(SomeRevision, Gen.Int[0, PlanDocument.Buckets], Gen.Byte.Array[0, 300]).Sample((revision, weight, key) =>
            AssignmentFor(revision, weight).VariantOf(key) == AssignmentFor(revision, weight).VariantOf([.. key]));

    [Fact]
    public void A_larger_weight_moves_no_key_out_of_the_canary() =>
        Gen.Select(SomeRevision, Gen.Int[0, PlanDocument.Buckets], Gen.Int[0, PlanDocument.Buckets], Gen.Int[0, 1_000_000])
            .Sample((revision, one, other, first) =>
            {
                var (small, large) = (AssignmentFor(revision, Math.Min(one, other)), AssignmentFor(revision, Math.Max(one, other)));
                for (var i = first; i < first + 100; i++)
                {
                    if (IsCanary(small, i))
                        Assert.True(IsCanary(large, i));
                }
            });

    [Fact]
    public void A_variant_owns_as_many_buckets_as_its_weight()
    {
        foreach (var weight in (int[])[0, 1, 500, 3333, 9999, 10_000])
        {
            var assignment = AssignmentFor("r", weight);
            // 100,000 keys hit nearly every bucket: a share of e^-10 is missed.
            var buckets = Enumerable.Range(0, Keys)
                .Select(i => (Bucket: assignment.BucketOf(Key(i)), Canary: IsCanary(assignment, i)))
                .Distinct()
                .ToList();
            Assert.InRange(buckets.Count, 9_980, 10_000);
            Assert.All(buckets, b => Assert.Equal(b.Bucket < weight, b.Canary));
        }
    }

    [Theory]
    [InlineData("0123456789abcdef", 500)]
    [InlineData("5030b3d0237afb06", 1)]
    [InlineData("5030b3d0237afb06", 500)]
    [InlineData("5030b3d0237afb06", 5000)]
    [InlineData("", 9_900)]
    public void Shares_are_within_binomial_bounds(string revision, int weight)
    {
        var assignment = AssignmentFor(revision, weight);
        AssertShare((double)weight / PlanDocument.Buckets, Enumerable.Range(0, Keys).Count(i => IsCanary(assignment, i)));
    }

    [Fact]
    public void Every_twentieth_of_the_buckets_gets_its_share_of_keys()
    {
        var assignment = AssignmentFor("5030b3d0237afb06", 500);
        foreach (var part in Enumerable.Range(0, Keys).CountBy(i => assignment.BucketOf(Key(i)) / 500))
            AssertShare(0.05, part.Value);
    }

    [Fact]
    public void Each_revision_distributes_keys_afresh()
    {
        var revisions = Enumerable.Range(0, 6).Select(i => $"revision-{i}").ToList();
        foreach (var one in revisions)
        {
            foreach (var other in revisions.Where(r => string.CompareOrdinal(r, one) > 0))
            {
                var (a, b) = (AssignmentFor(one, 3000), AssignmentFor(other, 2000));
                AssertShare(0.3 * 0.2, Enumerable.Range(0, Keys).Count(i => IsCanary(a, i) && IsCanary(b, i)));
            }
        }
    }

    [Fact]
    public void A_weight_of_0_gets_no_key_and_a_weight_of_100_percent_gets_every_key() => Gen.Byte.Array[0, 40].Sample(key =>
    {
        Assert.Equal(1, AssignmentFor("r", 0).VariantOf(key));
        Assert.Equal(0, AssignmentFor("r", PlanDocument.Buckets).VariantOf(key));
    });

    // Each model with a canary has one, in each routing table.
    [Fact]
    public void The_buckets_of_a_canary_take_few_bytes_and_are_those_of_its_layout()
    {
        var rollout = Rollout(
            "r",
            new VariantPlan(VariantPlan.Canary, new ModelVersion(2), 500),
            new VariantPlan(VariantPlan.Stable, new ModelVersion(1), PlanDocument.Buckets - 500));
        _ = new Assignment(rollout);
        var before = GC.GetAllocatedBytesForCurrentThread();
        var assignment = new Assignment(rollout);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 1, 4096);
        Assert.All(Enumerable.Range(0, Keys), i =>
            Assert.Equal(assignment.BucketOf(Key(i)) < 500 ? 0 : 1, assignment.VariantOf(Key(i))));
    }

    [Fact]
    public void Every_bucket_of_a_layout_with_many_runs_has_the_owner_that_the_layout_says()
    {
        var random = new Random(3);
        VariantPlan[] variants = [Arm("a", 0), Arm("b", 0), Arm(VariantPlan.Stable, PlanDocument.Buckets)];
        var layout = BucketLayout.Create(variants);
        for (var step = 0; step < 30; step++)
        {
            var (a, b) = (random.Next(4000), random.Next(4000));
            variants = [Arm("a", a), Arm("b", b), Arm(VariantPlan.Stable, PlanDocument.Buckets - a - b)];
            layout = layout.MoveTo(variants);
            var owners = layout.ToOwners();
            var open = new Assignment(Rollout("r", variants), layout);
            var closed = new Assignment(Rollout("r", variants), layout, ["a"]);
            for (var i = 0; i < 2000; i++)
            {
                var owner = owners[open.BucketOf(Key(i))];
                Assert.Equal((owner, owner == 0 ? 2 : owner), (open.VariantOf(Key(i)), closed.VariantOf(Key(i))));
            }
        }

        static VariantPlan Arm(string name, int weight) => new(name, new ModelVersion(1), weight);
    }

    [Fact]
    public void A_rollout_without_a_canary_is_all_stable() => Gen.Byte.Array[0, 40].Sample(key =>
        new Assignment(Rollout("r", new VariantPlan(VariantPlan.Stable, new ModelVersion(1), PlanDocument.Buckets))).VariantOf(key) == 0);

    // Computed with the reference implementation, xxHash 0.8.1 in C: XXH3_64bits_withSeed(key, XXH3_64bits(revision)) * 10000 >> 64.
    // Changing these values moves every sticky caller of every active rollout.
    [Theory]
    [InlineData("0123456789abcdef", "", 7482)]
    [InlineData("0123456789abcdef", "a", 4286)]
    [InlineData("0123456789abcdef", "customer-17", 4891)]
    [InlineData("0123456789abcdef", "4711", 6629)]
    [InlineData("0123456789abcdef", "ä€", 8722)]
    [InlineData("fedcba9876543210", "", 7336)]
    [InlineData("fedcba9876543210", "a", 4647)]
    [InlineData("fedcba9876543210", "customer-17", 7706)]
    [InlineData("fedcba9876543210", "4711", 8834)]
    [InlineData("fedcba9876543210", "ä€", 3205)]
    [InlineData("r", "", 346)]
    [InlineData("r", "a", 9870)]
    [InlineData("r", "customer-17", 4313)]
    public void A_key_keeps_its_bucket_in_every_release(string revision, string key, int bucket) =>
        Assert.Equal(bucket, AssignmentFor(revision, 500).BucketOf(Encoding.UTF8.GetBytes(key)));

    [Theory]
    [InlineData("0123456789abcdef", 7025)]
    [InlineData("fedcba9876543210", 2085)]
    [InlineData("r", 6061)]
    public void A_long_key_keeps_its_bucket_in_every_release(string revision, int bucket) =>
        Assert.Equal(
            bucket,
            AssignmentFor(revision, 500).BucketOf(Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("0123456789", 28)))));

    [Fact]
    public void Ten_thousand_keys_keep_their_buckets_in_every_release()
    {
        var assignment = AssignmentFor("0123456789abcdef", 500);
        var all = string.Concat(Enumerable.Range(0, 10_000).Select(i => $"{assignment.BucketOf(Key(i))}\n"));
        Assert.Equal(0xe0d47e8592377893UL, XxHash3.HashToUInt64(Encoding.UTF8.GetBytes(all)));
    }

    [Fact]
    public void The_hash_is_XXH3_by_its_published_value_for_empty_input() =>
        Assert.Equal(0x2d06800538d394c2UL, XxHash3.HashToUInt64(ReadOnlySpan<byte>.Empty));

    private static void AssertShare(double share, int count)
    {
        var bound = 5 * Math.Sqrt(Keys * share * (1 - share));
        Assert.InRange(count, Keys * share - bound, Keys * share + bound);
    }

    private static bool IsCanary(Assignment assignment, int i) => assignment.VariantOf(Key(i)) == 0;

    private static byte[] Key(int i) => Encoding.UTF8.GetBytes($"key-{i}");

    private static Assignment AssignmentFor(string revision, int weight) => new(Rollout(
        revision,
        new VariantPlan(VariantPlan.Canary, new ModelVersion(2), weight),
        new VariantPlan(VariantPlan.Stable, new ModelVersion(1), PlanDocument.Buckets - weight)));

    private static RolloutPlan Rollout(string revision, params VariantPlan[] variants) =>
        new() { Revision = revision, DeadlineMilliseconds = 1000, Variants = variants };
}

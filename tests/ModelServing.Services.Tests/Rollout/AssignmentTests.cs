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
        Gen.Select(SomeRevision, Gen.Int[0, PlanDocument.Buckets], Gen.Int[0, PlanDocument.Buckets], Gen.Int[0, 1_000_000]).Sample((revision, one, other, first) =>
        {
            var (small, large) = (AssignmentFor(revision, Math.Min(one, other)), AssignmentFor(revision, Math.Max(one, other)));
            for (var i = first; i < first + 100; i++)
            {
                if (IsCanary(small, i))
                    Assert.True(IsCanary(large, i));
            }
        });

    [Fact]
    public void Of_all_buckets_a_variant_owns_as_many_as_its_weight()
    {
        foreach (var weight in (int[])[0, 1, 500, 3333, 9999, 10_000])
        {
            // Every bucket is met by 100,000 keys all but surely: e^-10 of them are not.
            var buckets = Enumerable.Range(0, Keys).Select(i => (Bucket: AssignmentFor("r", weight).BucketOf(Key(i)), Canary: IsCanary(AssignmentFor("r", weight), i))).Distinct().ToList();
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
    public void Keys_fall_anew_for_each_revision()
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
    public void A_weight_of_nothing_gets_no_key_and_one_of_everything_all() => Gen.Byte.Array[0, 40].Sample(key =>
    {
        Assert.Equal(1, AssignmentFor("r", 0).VariantOf(key));
        Assert.Equal(0, AssignmentFor("r", PlanDocument.Buckets).VariantOf(key));
    });

    [Fact]
    public void A_rollout_without_a_canary_is_all_stable() => Gen.Byte.Array[0, 40].Sample(key =>
        new Assignment(Rollout("r", new VariantPlan(VariantPlan.Stable, new ModelVersion(1), PlanDocument.Buckets))).VariantOf(key) == 0);

    // Computed with the reference implementation, xxHash 0.8.1 in C: XXH3_64bits_withSeed(key, XXH3_64bits(revision)) * 10000 >> 64.
    // Who changes these moves every sticky caller of every rollout that is under way.
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
    public void A_key_has_the_bucket_that_it_always_had(string revision, string key, int bucket) =>
        Assert.Equal(bucket, AssignmentFor(revision, 500).BucketOf(Encoding.UTF8.GetBytes(key)));

    [Theory]
    [InlineData("0123456789abcdef", 7025)]
    [InlineData("fedcba9876543210", 2085)]
    [InlineData("r", 6061)]
    public void A_long_key_has_the_bucket_that_it_always_had(string revision, int bucket) =>
        Assert.Equal(bucket, AssignmentFor(revision, 500).BucketOf(Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("0123456789", 28)))));

    [Fact]
    public void Ten_thousand_keys_have_the_buckets_that_they_always_had()
    {
        var assignment = AssignmentFor("0123456789abcdef", 500);
        var all = string.Concat(Enumerable.Range(0, 10_000).Select(i => $"{assignment.BucketOf(Key(i))}\n"));
        Assert.Equal(0xe0d47e8592377893UL, XxHash3.HashToUInt64(Encoding.UTF8.GetBytes(all)));
    }

    [Fact]
    public void The_hash_is_XXH3_by_its_published_value_of_nothing() => Assert.Equal(0x2d06800538d394c2UL, XxHash3.HashToUInt64(ReadOnlySpan<byte>.Empty));

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

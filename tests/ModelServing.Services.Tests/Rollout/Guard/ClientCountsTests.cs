using CsCheck;
using ModelServing.Contracts;
using ModelServing.Rollout.Guard;

namespace ModelServing.Services.Tests.Rollout.Guard;

public class ClientCountsTests
{
    private static readonly Gen<(int Group, Observation Observation)[]> Attempts =
        Gen.Select(Gen.Int[0, 5], Gen.Bool, Gen.Int[0, 2], Gen.Int[1, 90], Gen.Int[0, 1])
            .Select(static (group, isWatched, outcome, minute, share) => (group * 5, new Observation(
                isWatched, (CallOutcome)(outcome + 1), TrafficShare.From(share == 0 ? 500 : 2500, share == 0 ? 9500 : 7500), minute)))
            .Array[0, 60];

    [Fact]
    public void Counts_without_a_group_are_those_of_the_other_groups() => Attempts.Sample(
        static attempts =>
        {
            var recorder = Record(attempts);
            var last = attempts.Length == 0 ? 0 : attempts.Max(static one => one.Observation.Minute);
            foreach (var group in attempts.Select(static one => one.Group).Distinct())
            {
                var others = Record([.. attempts.Where(one => one.Group != group)]).Read().All;
                var without = recorder.Read().Without(group);
                foreach (var kind in (GuardKind[])[GuardKind.Error, GuardKind.Slow, GuardKind.NonFinite, GuardKind.MaxErrorRate])
                    Assert.Equal(others.Total(kind), without.Total(kind));
                Assert.Equal(
                    GuardRule.Read(others, Some.Policy, GuardScope.Sum).Select(static reading => reading.Evidence > 1e6),
                    GuardRule.Read(without, Some.Policy, GuardScope.Sum).Select(static reading => reading.Evidence > 1e6));
            }
        });

    [Fact]
    public void The_bytes_hold_everything_and_sums_over_routers_are_those_of_one_router() => Attempts.Sample(
        static attempts =>
        {
            var halves = attempts.Index()
                .GroupBy(static one => one.Index % 2)
                .Select(static half => Record([.. half.Select(static one => one.Item)]));
            var sum = ClientCounts.Sum(halves.Select(static half => ClientCounts.Parse(half.Read().ToBytes())));
            var one = Record(attempts).Read();
            Assert.Equal(one.All, sum.All);
            Assert.Equal(one.Groups, sum.Groups);
            foreach (var group in one.Groups)
            {
                Assert.Equal(one.Without(group).Total(GuardKind.Error), sum.Without(group).Total(GuardKind.Error));
                Assert.Equal(one.IsNearlyAll(group), sum.IsNearlyAll(group));
            }
        });

    [Fact]
    public void Damaged_bytes_are_refused()
    {
        var bytes = Record([(3, Some.Failure(isWatched: true, 1)), (9, Some.Failure(isWatched: false, 2))]).Read().ToBytes();
        for (var length = 0; length < bytes.Length; length++)
            Assert.Throws<ContractException>(() => ClientCounts.Parse(bytes.AsSpan(0, length)));
        Assert.Throws<ContractException>(() => ClientCounts.Parse([.. bytes, 0]));
        bytes[0]++;
        Assert.Contains("version 3", Assert.Throws<ContractException>(() => ClientCounts.Parse(bytes)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void One_groups_failures_condemn_only_if_it_sends_nearly_all_of_the_traffic()
    {
        var alone = Enumerable.Range(0, 40).Select(static _ => (7, Some.Failure(isWatched: true, 1))).ToArray();
        var recorder = Record(alone);
        Assert.NotNull(Decide(recorder));
        // 40 of 44 requests are 91%; 40 of 45 are 89%.
        for (var i = 0; i < 4; i++)
            recorder.Requested(8);
        Assert.NotNull(Decide(recorder));
        recorder.Requested(8);
        Assert.Null(Decide(recorder));
        Assert.All(GuardRule.Read(recorder.Read(), Some.Policy, GuardScope.Sum), static reading => Assert.InRange(reading.Evidence, 0, 1));

        for (var i = 0; i < 30; i++)
            recorder.Record(8, Some.Failure(isWatched: true, 1));
        Assert.NotNull(Decide(recorder));

        static GuardVerdict? Decide(ClientRecorder recorder) =>
            GuardRule.Decide(recorder.Read(), Some.Policy, GuardScope.Sum, default, default);
    }

    [Fact]
    public void Groups_are_even_and_differ_from_trial_to_trial()
    {
        var counts = new int[ClientGroups.Count];
        var moved = 0;
        for (var client = 0UL; client < 32_000; client++)
        {
            counts[ClientGroups.GroupOf(client, 1)]++;
            moved += ClientGroups.GroupOf(client, 1) == ClientGroups.GroupOf(client, 2) ? 0 : 1;
        }

        Assert.All(counts, static count => Assert.InRange(count, 850, 1150));
        Assert.InRange(moved, 30_500, 31_500);
    }

    private static ClientRecorder Record((int Group, Observation Observation)[] attempts)
    {
        var recorder = new ClientRecorder();
        foreach (var (group, observation) in attempts)
        {
            recorder.Requested(group);
            recorder.Record(group, observation);
        }

        return recorder;
    }
}

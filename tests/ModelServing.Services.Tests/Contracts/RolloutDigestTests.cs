using System.Security.Cryptography;
using System.Text;
using ModelServing.Contracts;
using ModelServing.Services.Tests.Journal;

namespace ModelServing.Services.Tests.Contracts;

public class RolloutDigestTests
{
    [Fact]
    public void The_digest_is_that_of_the_rollouts_JSON_on_one_line() => Assert.Equal(
        Convert.ToHexStringLower(
            SHA256.HashData(
                Encoding.UTF8.GetBytes(
                    """{"revision":"1-2","deadlineMilliseconds":1000,"attemptLimitMilliseconds":500,"guard":{"tolerance":1.5,"falseAlarm":0.001,"unreachableForMilliseconds":60000},"variants":[{"name":"canary","version":2,"weight":500},{"name":"stable","version":1,"weight":9500}]}"""))),
        RolloutDigest.Compute(SomeEvents.Plan(1, 2)));

    [Fact]
    public void Different_rollouts_have_different_digests()
    {
        var one = SomeEvents.Plan(1, 2);
        RolloutPlan[] all = [
            one,
            SomeEvents.Plan(1),
            SomeEvents.Plan(1, 3),
            SomeEvents.Plan(1, 2, 501),
            one with { Revision = "r" },
            one with { DeadlineMilliseconds = 1 },
            one with { RoutingKeyHeader = "X" },
            one with { KeptWarm = [new ModelVersion(9)] },
        ];
        Assert.Equal(all.Length, all.Select(RolloutDigest.Compute).Distinct().Count());
        Assert.Equal(RolloutDigest.Compute(one), RolloutDigest.Compute(SomeEvents.Plan(1, 2)));
    }
}

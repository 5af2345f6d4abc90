using ModelServing.Contracts.Functions;

namespace ModelServing.Services.Tests.Contracts.Functions;

public class FunctionLimitsTests
{
    [Theory]
    [InlineData(0, 10)]
    [InlineData(10, 20)]
    [InlineData(0.2, 11)]
    [InlineData(35, 45)]
    [InlineData(290, 300)]
    [InlineData(295, 300)]
    public void A_call_of_TrafficSplitter_outlasts_the_longest_deadline_as_far_as_OCI_allows(double deadline, int seconds) =>
        Assert.Equal(TimeSpan.FromSeconds(seconds), FunctionLimits.CallOfSplitter(TimeSpan.FromSeconds(deadline)));

    [Fact]
    public void The_longest_deadline_is_the_last_that_a_call_outlasts_in_full() =>
        Assert.Equal(FunctionLimits.LongestCall, FunctionLimits.CallOfSplitter(FunctionLimits.LongestDeadline));
}

using ModelServing.Registry.FirstRuns;

namespace ModelServing.Services.Tests.Runtime.FirstRuns;

public class FirstRunLimitsTests
{
    private const long Mebibyte = 1024 * 1024;

    [Fact]
    public void Without_a_container_a_model_gets_memory_and_time_by_its_size()
    {
        var small = FirstRunLimits.For(1000);
        Assert.Equal((2048, 30, 120, true, true), Shown(small));
        var large = FirstRunLimits.For(1000 * Mebibyte);
        Assert.Equal((8048, 130, 220, true, true), Shown(large));
    }

    [Theory]
    [InlineData(1, 2800, true)]
    [InlineData(300, 2800, true)]
    [InlineData(400, 2800, false)]
    [InlineData(1, 700, false)]
    public void A_container_limits_the_memory_and_judges_only_models_for_which_that_suffices(int model, int room, bool isFair)
    {
        var limits = FirstRunLimits.For(model * Mebibyte, room * Mebibyte);
        Assert.True(limits.MemoryBytes <= room * Mebibyte);
        Assert.Equal(isFair, limits.IsFairMemory);
    }

    [Theory]
    [InlineData(200, 120, true)]
    [InlineData(40, 40, true)]
    [InlineData(20, 20, false)]
    [InlineData(-5, 0, false)]
    public void A_deadline_limits_the_time_and_judges_only_models_for_which_that_suffices(int left, int time, bool isFair)
    {
        var limits = FirstRunLimits.For(1, left: TimeSpan.FromSeconds(left));
        Assert.Equal((time, isFair), ((int)limits.Time.TotalSeconds, limits.IsFairTime));
    }

    private static (long, int, int, bool, bool) Shown(FirstRunLimits limits) => (
        limits.MemoryBytes / Mebibyte,
        (int)limits.ProcessorTime.TotalSeconds,
        (int)limits.Time.TotalSeconds,
        limits.IsFairMemory,
        limits.IsFairTime);
}

using ModelServing.Hosting.Connections;

namespace ModelServing.Services.Tests.Hosting.Connections;

public class FileHandlesTests
{
    [Theory]
    [InlineData("Max open files            1024                 524288               files     ", 1024L)]
    [InlineData("Max open files            unlimited            unlimited            files     ", null)]
    [InlineData("Max processes             1024                 1024                 processes ", null)]
    [InlineData("Max open files", null)]
    public void The_limit_is_the_one_that_holds_now(string line, long? limit) =>
        Assert.Equal(limit, FileHandles.Parse(["Limit                     Soft Limit           Hard Limit           Units     ", line]));

    [Fact]
    public void This_process_has_a_limit()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "/proc is Linux's");
        Assert.True(FileHandles.Limit() is null or > 0);
    }
}

using ModelServing.Cli.Requests;

namespace ModelServing.Services.Tests.Cli.Requests;

public class CloudSearchTests
{
    [Fact]
    public void The_command_can_be_pasted_and_searches_around_the_requests_time()
    {
        var request = Ulid.NewUlid(new DateTimeOffset(2026, 11, 29, 12, 0, 0, TimeSpan.Zero));
        var lines = CloudSearch.Lines(request, "ocid1.compartment.oc1..aaaa");
        Assert.Equal(
            "oci logging-search search-logs --time-start 2026-11-29T11:45:00Z --time-end 2026-11-29T12:15:00Z --search-query "
            + $"'search \"ocid1.compartment.oc1..aaaa\" | where logContent = '\\''*{request}*'\\'' | sort by datetime asc'",
            lines[^1]);
        Assert.Contains("not been tried", lines[0], StringComparison.Ordinal);
    }
}

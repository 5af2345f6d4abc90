using System.Net;
using ModelServing.Contracts;
using ModelServing.Router.Splitting;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Router.Splitting;

/// <summary>From which addresses the router's port for the function TrafficSplitter accepts connections.</summary>
[Collection(RunningRouter.OneAtATime)]
public class SplitSourcesTests
{
    [Fact]
    public async Task A_connection_from_elsewhere_is_closed_without_an_answer_even_with_the_key()
    {
        await using var router = await StartAsync("10.9.0.0/24");

        using var client = await RawConnection.ConnectAsync(IPEndPoint.Parse(router.Split.Authority));
        Assert.Null(await SendAsync(client));
        // Anybody may use the first port, and the admin API knows its callers.
        Assert.Equal(200, (await AskAsync(router.Address)).Status);
        Assert.Equal(403, (await AskAsync(IPEndPoint.Parse(router.Admin.Authority), "/admin/v1/rollouts")).Status);
    }

    [Theory]
    [InlineData("127.0.0.0/8")]
    [InlineData(null)]
    public async Task A_connection_from_the_given_addresses_is_answered(string? sources)
    {
        await using var router = await StartAsync(sources);

        Assert.Equal(200, (await AskAsync(IPEndPoint.Parse(router.Split.Authority))).Status);
    }

    [Theory]
    [InlineData("10.0.3.0", true)]
    [InlineData("10.0.3.255", true)]
    [InlineData("::ffff:10.0.3.7", true)]
    [InlineData("10.0.4.1", false)]
    [InlineData("::ffff:10.0.32.7", false)]
    [InlineData("::1", false)]
    public void An_address_of_IPv4_is_the_same_in_the_form_of_IPv6(string address, bool isIncluded) =>
        Assert.Equal(isIncluded, SplitPort.IsIn(IPNetwork.Parse("10.0.3.0/24"), IPAddress.Parse(address)));

    private static Task<RunningRouter> StartAsync(string? sources) => RunningRouter.StartAsync(settings => settings with
    {
        SplitUrls = "http://127.0.0.1:0",
        SplitKey = "secret",
        SplitSources = sources,
        Cache = new CacheSettings { Addresses = [RawServer.NobodyThere().ToString()] },
    });

    private static async Task<RawMessage> AskAsync(IPEndPoint address, string path = "/v2")
    {
        using var client = await RawConnection.ConnectAsync(address);
        return await SendAsync(client, path) ?? throw new EndOfStreamException("the router closed without an answer");
    }

    // The router may close before it has read the request, and the client then sees a reset.
    private static async Task<RawMessage?> SendAsync(RawConnection client, string path = "/v2")
    {
        try
        {
            await client.SendAsync(RunningRouter.Get(path, "X-Split-Key: secret\r\n"));
            return await client.ReadMessageAsync();
        }
        catch (IOException)
        {
            return null;
        }
    }
}

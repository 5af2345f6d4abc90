using Google.Protobuf;
using ModelServing.Services.Tests.Router;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Rpc;

/// <summary>Connections of HTTP/2 that no client would make. Whatever they do, the router serves others.</summary>
[Collection(RunningRouter.OneAtATime)]
public sealed class HostileCallsTests : IAsyncLifetime
{
    private const string Reserved = "modelserving_host_memory_reserved_bytes";

    private readonly byte[] message = CallingRouter.Request("raw").ToByteArray();
    private readonly RawServer version = CallingRouter.Echo();
    private CallingRouter router = null!;

    public async ValueTask InitializeAsync() => router = await CallingRouter.StartAsync(version);

    public async ValueTask DisposeAsync()
    {
        await router.DisposeAsync();
        await version.DisposeAsync();
    }

    [Fact]
    public async Task A_call_by_hand_is_answered()
    {
        using var calls = await RawCalls.ConnectAsync(router.Address);
        await calls.BeginAsync(1);
        await calls.SendMessageAsync(1, message);
        Assert.NotNull(await calls.ReadAsync(RawCalls.Headers, 1));
        var (_, payload) = (await calls.ReadAsync(RawCalls.Data, 1))!.Value;
        Assert.Equal([0, 0, 0, 0, (byte)message.Length, .. message], payload);
        await AssertServesAsync();
    }

    [Fact]
    public async Task A_message_may_arrive_byte_by_byte()
    {
        using var calls = await RawCalls.ConnectAsync(router.Address);
        await calls.BeginAsync(1);
        foreach (var letter in (byte[])[0, 0, 0, 0, (byte)message.Length, .. message])
        {
            await calls.SendAsync(RawCalls.Data, 0, 1, [letter]);
            await Task.Delay(1);
        }

        await calls.SendAsync(RawCalls.Data, RawCalls.EndStream, 1, []);
        var (_, payload) = (await calls.ReadAsync(RawCalls.Data, 1))!.Value;
        Assert.Equal([0, 0, 0, 0, (byte)message.Length, .. message], payload);
        Assert.Equal(1, version.Accepted);
    }

    [Theory]
    [InlineData(1, "more than one message")]
    [InlineData(-1, "ended before")]
    public async Task A_message_of_another_length_than_it_says_is_the_callers_mistake(int difference, string why)
    {
        using var calls = await RawCalls.ConnectAsync(router.Address);
        await calls.BeginAsync(1);
        await calls.SendMessageAsync(1, message, length: message.Length - difference);
        await calls.AssertFailsAsync(3, why);
        await AssertServesAsync();
    }

    [Theory]
    [InlineData("", "no message")]
    [InlineData("00", "no message")]
    [InlineData("0000000000", "model_name is missing")]
    [InlineData("0100000000", "compressed")]
    [InlineData("0200000000", "compressed")]
    [InlineData("0000000001FF", "model_name is missing")]
    [InlineData("00000000020A7F", "model_name is missing")]
    [InlineData("00FFFFFFFF0A7F", "ended before")]
    public async Task A_broken_beginning_is_the_callers_mistake(string hexadecimal, string why)
    {
        using var calls = await RawCalls.ConnectAsync(router.Address);
        await calls.BeginAsync(1);
        await calls.SendAsync(RawCalls.Data, RawCalls.EndStream, 1, Convert.FromHexString(hexadecimal));
        await calls.AssertFailsAsync(3, why);
        Assert.Equal(0, version.Accepted);
    }

    [Fact]
    public async Task A_name_behind_much_else_is_not_looked_for()
    {
        using var calls = await RawCalls.ConnectAsync(router.Address);
        await calls.BeginAsync(1);
        // An input of 17,000 bytes, which is longer than what is looked through.
        byte[] input = [0x2A, 0xE8, 0x84, 0x01, .. new byte[17_000]];
        await calls.SendAsync(RawCalls.Data, 0, 1, [0, 0, 0, 0x50, 0, .. input[..16_000]]);
        await calls.SendAsync(RawCalls.Data, 0, 1, input[16_000..]);
        await calls.AssertFailsAsync(3, "must come before the inputs");
    }

    [Fact]
    public async Task Calls_that_are_reset_at_once_leave_nothing_behind()
    {
        for (var round = 0; round < 20; round++)
        {
            using var calls = await RawCalls.ConnectAsync(router.Address);
            try
            {
                for (var stream = 1; stream < 1000; stream += 2)
                {
                    await calls.BeginAsync(stream);
                    await calls.SendMessageAsync(stream, message, isEnd: stream % 4 == 1);
                    await calls.SendAsync(RawCalls.Reset, 0, stream, [0, 0, 0, 8]);
                }
            }
            catch (System.Net.Sockets.SocketException)
            {
                // The router has ended the connection, as it may.
            }
        }

        await AssertServesAsync();
        await RunningRouter.UntilAsync(async () => await router.Router.CountAsync(Reserved) == 0, "all bytes are returned");
    }

    [Fact]
    public async Task Headers_without_end_end_their_connection()
    {
        using var calls = await RawCalls.ConnectAsync(router.Address);
        await calls.SendAsync(RawCalls.Headers, 0, 1, RawCalls.Fields(RawCalls.Head));
        await AssertIsEndedAsync(calls, async i =>
            await calls.SendAsync(RawCalls.Continuation, 0, 1, RawCalls.Fields(($"x-{i}", new string('a', 1000)))));
        await AssertServesAsync();
    }

    [Fact]
    public async Task One_huge_header_is_refused()
    {
        using var calls = await RawCalls.ConnectAsync(router.Address);
        var fields = RawCalls.Fields([.. RawCalls.Head, ("x-huge", new string('a', 100_000))]);
        await calls.SendAsync(RawCalls.Headers, 0, 1, fields[..16_000]);
        await AssertIsEndedAsync(calls, async i => await calls.SendAsync(
            RawCalls.Continuation, 0, 1, fields[Math.Min(fields.Length, 16_000 * (i + 1))..Math.Min(fields.Length, 16_000 * (i + 2))]));
        await AssertServesAsync();
    }

    [Fact]
    public async Task Calls_that_wait_for_their_messages_hold_no_more_than_they_took()
    {
        using var calls = await RawCalls.ConnectAsync(router.Address);
        for (var stream = 1; stream < 200; stream += 2)
        {
            await calls.BeginAsync(stream, ("grpc-timeout", "500m"));
            await calls.SendMessageAsync(stream, message[..3], isEnd: false, length: 1_000_000);
        }

        await AssertServesAsync();
        for (var stream = 1; stream < 200; stream += 2)
            await calls.AssertFailsAsync(4, "did not arrive in time", RawCalls.AnyStream);
    }

    [Fact]
    public async Task A_caller_that_does_not_read_its_answers_is_cut_off()
    {
        using var calls = await RawCalls.ConnectAsync(router.Address, window: 0);
        await calls.BeginAsync(1);
        await calls.SendMessageAsync(1, message);
        // The server itself may be first, and ends the connection.
        await calls.ReadAsync(RawCalls.Reset, 1);
        await RunningRouter.UntilAsync(async () => await router.Router.CountAsync(Reserved) == 0, "all bytes are returned");
    }

    // Sends until the other side ends the connection, and fails if it never does.
    private static async Task AssertIsEndedAsync(RawCalls calls, Func<int, Task> send)
    {
        var ending = calls.ReadToEndAsync();
        try
        {
            for (var i = 0; i < 10_000 && !ending.IsCompleted; i++)
                await send(i);
        }
        catch (System.Net.Sockets.SocketException)
        {
        }

        await ending;
    }

    private async Task AssertServesAsync() =>
        Assert.Equal("good", (await router.InferAsync(CallingRouter.Request("good"))).Response.Id);
}

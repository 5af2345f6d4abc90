using ModelServing.Contracts;
using ModelServing.Contracts.Functions;
using ModelServing.Functions;
using ModelServing.Functions.Listener;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Functions;

/// <summary>The rules for every function, in both ways of calling it. None of the services that it uses is available.</summary>
public abstract class EveryFunctionTests : IDisposable
{
    private readonly Func<FunctionName, FunctionCaller> make;
    private readonly TemporaryFolder folder = new();

    private protected EveryFunctionTests(Func<FunctionName, FunctionCaller> make) => this.make = make;

    public static TheoryData<FunctionName> Functions => [.. FunctionsHost.Functions];

    public void Dispose()
    {
        folder.Dispose();
        GC.SuppressFinalize(this);
    }

    [Theory]
    [MemberData(nameof(Functions))]
    public async Task Garbage_has_a_defined_answer_and_the_next_call_too(FunctionName function)
    {
        await using var running = await StartAsync(function);
        byte[][] garbage = [
            [],
            [0xff, 0xfe, 0],
            "null"u8.ToArray(),
            "[]"u8.ToArray(),
            "{\"a\":"u8.ToArray(),
            "{\"a\":\"\\ud800\"}"u8.ToArray(),
            [.. Enumerable.Repeat((byte)'[', 100_000)],
        ];
        foreach (var payload in garbage)
            Assert.InRange((await running.Caller.CallAsync(payload)).Status, 200, 504);
    }

    [Theory]
    [MemberData(nameof(Functions))]
    public async Task A_megabyte_has_a_defined_answer(FunctionName function)
    {
        await using var running = await StartAsync(function);
        var answer = await running.Caller.CallAsync(new byte[1024 * 1024]);
        Assert.InRange(answer.Status, 200, 504);
        Assert.NotEqual(500, answer.Status);
    }

    [Theory]
    [MemberData(nameof(Functions))]
    public async Task A_payload_above_the_platforms_limit_is_refused(FunctionName function)
    {
        await using var running = await StartAsync(function);
        Assert.Equal(413, (await running.Caller.CallAsync(new byte[FunctionCall.MaxBodyBytes + 1])).Status);
    }

    [Theory]
    [MemberData(nameof(Functions))]
    public async Task A_function_answers_after_an_idle_time_and_after_a_restart(FunctionName function)
    {
        await using var running = await StartAsync(function);
        var first = (await running.Caller.CallAsync("{}"u8.ToArray())).Status;
        running.Caller.DropIdle();
        Assert.Equal(first, (await running.Caller.CallAsync("{}"u8.ToArray())).Status);
        await running.RestartAsync();
        Assert.Equal(first, (await running.Caller.CallAsync("{}"u8.ToArray())).Status);
    }

    private Task<RunningFunctions> StartAsync(FunctionName function) =>
        RunningFunctions.StartAsync(make(function), new FunctionsHostSettings
        {
            Function = function,
            Journal = HostSources.Sqlite(folder.Combine("journal.db")),
            Registry = HostSources.File(folder.FullPath),
            Monitoring = $"http://{RawServer.NobodyThere()}",
            Routers = $"http://{RawServer.NobodyThere()}",
            SplitKey = "key",
            Cache = new CacheSettings { Addresses = [RawServer.NobodyThere().ToString()] },
        });
}

using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using ModelServing.Cli.Up;
using ModelServing.Cli.Up.Gateway;
using ModelServing.Contracts.Functions;
using ModelServing.Services.Tests.Router;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Cli.Up.Gateway;

/// <summary>The stand-in for OCI Functions, with containers whose processes only wait. The test listens in their place.</summary>
public sealed class FunctionContainersTests : IAsyncDisposable
{
    private static readonly FnGatewayCall Call = new(new Dictionary<string, string>(), "application/json", "{}"u8.ToArray());

    // Shorter than a start may take.
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(20);

    private readonly TemporaryFolder folder = new();
    private readonly SteppedTime time = new();
    private readonly ConcurrentQueue<string> sockets = new();
    private readonly FunctionContainers containers;

    public FunctionContainersTests()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "a container listens on a Unix socket");
        containers = new FunctionContainers(
            folder.FullPath,
            socket =>
            {
                sockets.Enqueue(socket);
                return Waiting(time);
            },
            static () => Timeout,
            new RecordedTerminal().Terminal,
            time);
    }

    public async ValueTask DisposeAsync()
    {
        await containers.DisposeAsync();
        folder.Dispose();
    }

    [Fact]
    public async Task A_deadline_that_is_shorter_than_a_start_is_answered_with_504_and_the_late_container_answers_the_next_call()
    {
        var call = containers.CallAsync(Call, TestContext.Current.CancellationToken);
        Assert.False(call.IsCompleted);
        time.Advance(Timeout);
        Assert.Equal(504, (await call).Status);
        Assert.Equal(0, containers.Started);

        using var listener = Listen(Assert.Single(sockets));
        await StartedAsync(1);
        var next = containers.CallAsync(Call, TestContext.Current.CancellationToken);
        await AnswerAsync(listener);
        Assert.Equal(200, (await next).Status);
        Assert.Single(sockets);
    }

    [Fact]
    public async Task A_call_to_a_container_that_no_longer_listens_is_made_on_another_one()
    {
        for (var number = 1; number <= 2; number++)
        {
            var call = containers.CallAsync(Call, TestContext.Current.CancellationToken);
            await RunningRouter.UntilAsync(() => sockets.Count == number, "a container is being started");
            using var listener = Listen(sockets.Last());
            await StartedAsync(number);
            await AnswerAsync(listener);
            Assert.Equal(200, (await call).Status);
        }
    }

    [Fact]
    public async Task Containers_that_never_listen_are_not_replaced_for_ever()
    {
        var call = containers.CallAsync(Call, TestContext.Current.CancellationToken);
        var files = 0;
        await RunningRouter.UntilAsync(
            () =>
            {
                while (files < sockets.Count)
                    File.WriteAllBytes(sockets.ElementAt(files++), []);
                time.Advance(TimeSpan.FromMilliseconds(5));
                return call.IsCompleted;
            },
            "the call is given up");
        Assert.Equal(502, (await call).Status);
        Assert.InRange(sockets.Count, 2, 7);
    }

    [Fact]
    public async Task A_container_that_ends_during_a_call_gives_its_caller_502()
    {
        var call = containers.CallAsync(Call, TestContext.Current.CancellationToken);
        using (var listener = Listen(Assert.Single(sockets)))
        {
            await StartedAsync(1);
            using var connection = await listener.AcceptAsync(TestContext.Current.CancellationToken);
            Assert.NotEqual(0, await connection.ReceiveAsync(new byte[4096], TestContext.Current.CancellationToken));
        }

        Assert.Equal(502, (await call).Status);
        Assert.Single(sockets);
    }

    // The system lets it run when the thread that started it ends.
    [Fact]
    public async Task A_frozen_container_that_runs_again_is_frozen_again()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "this test reads /proc");
        var call = containers.CallAsync(Call, TestContext.Current.CancellationToken);
        using var listener = Listen(Assert.Single(sockets));
        await StartedAsync(1);
        await AnswerAsync(listener);
        Assert.Equal(200, (await call).Status);
        var id = Assert.Single(containers.Processes);
        await FrozenAsync();
        // The last step of the clock may freeze it once more.
        await RunningRouter.UntilAsync(
            async () =>
            {
                using var kill = Process.Start("kill", ["-s", "CONT", id.ToString(CultureInfo.InvariantCulture)]);
                await kill.WaitForExitAsync(TestContext.Current.CancellationToken);
                return !IsFrozen();
            },
            "it runs again");
        await FrozenAsync();

        bool IsFrozen() => File.ReadAllText($"/proc/{id}/stat").Split(") ")[^1][0] == 'T';

        Task FrozenAsync() => RunningRouter.UntilAsync(
            () =>
            {
                time.Advance(TimeSpan.FromMilliseconds(25));
                return IsFrozen();
            },
            "it is frozen");
    }

    private Task StartedAsync(int number) => RunningRouter.UntilAsync(
        () =>
        {
            time.Advance(TimeSpan.FromMilliseconds(5));
            return containers.Started == number;
        },
        "the container has started");

    // The end of its input ends it.
    private static HostProcess Waiting(TimeProvider time) => HostProcess.Start(
        new HostProgram("/bin/cat", []), new FunctionsHostSettings { Journal = "sqlite:/none" }, static _ => { }, time);

    private static Socket Listen(string path)
    {
        var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(path));
        listener.Listen();
        return listener;
    }

    private static async Task AnswerAsync(Socket listener)
    {
        using var connection = await listener.AcceptAsync(TestContext.Current.CancellationToken);
        var read = new byte[4096];
        Assert.NotEqual(0, await connection.ReceiveAsync(read, TestContext.Current.CancellationToken));
        await connection.SendAsync(
            Encoding.ASCII.GetBytes("HTTP/1.1 200 OK\r\nFn-Http-Status: 200\r\nContent-Length: 0\r\n\r\n"),
            TestContext.Current.CancellationToken);
    }
}

using System.Collections.Concurrent;
using System.Text;
using ModelServing.Contracts;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Router.Sources;

/// <summary>Edits of the plan and the endpoints file under traffic that never pauses.</summary>
[Collection(RunningRouter.OneAtATime)]
public sealed class RoutingTableUpdaterTests : IAsyncDisposable
{
    private const string RefusedDocuments = "modelserving_router_refused_documents_total";

    private readonly RawServer one = RawServer.Saying("one");
    private readonly RawServer two = RawServer.Saying("two");

    public async ValueTask DisposeAsync()
    {
        await one.DisposeAsync();
        await two.DisposeAsync();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_edited_plan_moves_the_traffic_and_no_request_fails(bool byRename)
    {
        await using var router = await StartAsync(SomePlan.Stable());
        await using var load = new Load(router);
        await load.UntilAllAsync("one");
        Write(router.PlanPath, SomePlan.Canary(PlanDocument.Buckets).ToUtf8(), byRename);
        await load.UntilAllAsync("two");
        Write(router.PlanPath, SomePlan.Canary(5000).ToUtf8(), byRename);
        await load.UntilAsync(static texts => texts.Contains("one") && texts.Contains("two"));
        Write(router.PlanPath, SomePlan.Stable().ToUtf8(), byRename);
        await load.UntilAllAsync("one");
        Assert.Empty(await load.StopAsync());
        await router.AssertCountAsync(0, RefusedDocuments);
    }

    [Theory]
    [InlineData("")]
    [InlineData("no JSON")]
    [InlineData("""{"schema":2,"rollouts":{}}""")]
    [InlineData("""{"schema":1,"rollouts":{"fraud":null}}""")]
    [InlineData("""{"schema":1,"rollouts":{"fraud":{"revision":"a","deadlineMilliseconds":100,"variants":[null]}}}""")]
    [InlineData("""{"schema":1,"rollouts":{"fraud":{"revision":"a","deadlineMilliseconds":100,"variants":[{"name":"stable","version":2,"weight":9999}]}}}""")]
    public async Task A_broken_plan_is_counted_and_the_last_one_stays(string broken)
    {
        await using var router = await StartAsync(SomePlan.Stable());
        await using var load = new Load(router);
        await load.UntilAllAsync("one");
        Write(router.PlanPath, Encoding.UTF8.GetBytes(broken), byRename: true);
        await router.AssertCountAsync(1, RefusedDocuments, "document=\"plan\"");
        await load.UntilAllAsync("one");
        Write(router.PlanPath, SomePlan.Canary(PlanDocument.Buckets).ToUtf8(), byRename: true);
        await load.UntilAllAsync("two");
        Assert.Empty(await load.StopAsync());
    }

    [Theory]
    [InlineData("""{"schema":1,"endpoints":[null]}""")]
    [InlineData("""{"schema":1,"endpoints":[{"model":"fraud","version":1,"address":"somewhere","process":1}]}""")]
    [InlineData("{")]
    public async Task A_broken_endpoints_file_is_counted_and_the_last_one_stays(string broken)
    {
        await using var router = await StartAsync(SomePlan.Stable());
        await using var load = new Load(router);
        await load.UntilAllAsync("one");
        Write(router.EndpointsPath, Encoding.UTF8.GetBytes(broken), byRename: true);
        await router.AssertCountAsync(1, RefusedDocuments, "document=\"endpoints\"");
        await load.UntilAllAsync("one");
        Write(router.EndpointsPath, SomePlan.Endpoints((1, two.Address)).ToUtf8(), byRename: true);
        await load.UntilAllAsync("two");
        Assert.Empty(await load.StopAsync());
    }

    [Fact]
    public async Task Deleted_files_change_nothing()
    {
        await using var router = await StartAsync(SomePlan.Stable());
        await using var load = new Load(router);
        await load.UntilAllAsync("one");
        File.Delete(router.EndpointsPath);
        await router.AssertCountAsync(1, RefusedDocuments, "document=\"endpoints\"");
        File.Delete(router.PlanPath);
        await router.AssertCountAsync(1, RefusedDocuments, "document=\"plan\"");
        await load.UntilAllAsync("one");
        Assert.Empty(await load.StopAsync());
        Assert.Equal(200, (await router.AskAsync(RunningRouter.Get("/health/ready"))).Status);
    }

    [Fact]
    public async Task Files_that_are_created_late_make_the_router_ready()
    {
        await using var router = await RunningRouter.StartAsync();
        Assert.Equal(503, (await router.AskAsync(RunningRouter.Get("/health/ready"))).Status);
        Write(router.PlanPath, SomePlan.Stable().ToUtf8(), byRename: true);
        await RunningRouter.UntilAsync(
            async () => (await router.AskAsync(RunningRouter.Get("/health/ready"))).Status == 200,
            "the router is ready");
        Assert.Equal(503, (await router.InferAsync()).Status);
        Write(router.EndpointsPath, SomePlan.Endpoints((1, one.Address)).ToUtf8(), byRename: true);
        await RunningRouter.UntilAsync(async () => (await router.InferAsync()).Status == 200, "the endpoint is known");
    }

    // A document that a running router refuses must not leave a starting one without a reason, nor need a restart once it is repaired.
    [Theory]
    [InlineData("no JSON", "the plan is not JSON")]
    [InlineData("""{"schema":2,"rollouts":{}}""", "the plan has schema 2")]
    [InlineData(null, "bytes; at most")]
    public async Task A_router_that_starts_with_a_broken_plan_says_why_it_is_not_ready_and_takes_a_repaired_one(string? broken, string why)
    {
        await using var router = await RunningRouter.StartAsync();
        Write(router.EndpointsPath, SomePlan.Endpoints((1, one.Address)).ToUtf8(), byRename: true);
        Write(router.PlanPath, broken is null ? new byte[PlanDocument.MaxBytes + 1] : Encoding.UTF8.GetBytes(broken), byRename: true);
        await RunningRouter.UntilAsync(
            () => router.Readiness.Reason?.Contains(why, StringComparison.Ordinal) == true, "the router says what is wrong");
        Assert.StartsWith("no plan yet: ", router.Readiness.Reason, StringComparison.Ordinal);
        Assert.Contains(why, (await router.AskAsync(RunningRouter.Get("/health/ready"))).Text, StringComparison.Ordinal);
        Write(router.PlanPath, SomePlan.Stable().ToUtf8(), byRename: true);
        await RunningRouter.UntilAsync(() => router.Readiness.Reason is null, "the router is ready");
        Assert.Equal("one", (await router.InferAsync()).Text);
    }

    [Fact]
    public async Task A_router_that_starts_with_broken_endpoints_says_why_it_is_not_ready_and_takes_repaired_ones()
    {
        await using var router = await RunningRouter.StartAsync();
        Write(router.EndpointsPath, "{"u8.ToArray(), byRename: true);
        Write(router.PlanPath, SomePlan.Stable().ToUtf8(), byRename: true);
        await RunningRouter.UntilAsync(
            () => router.Readiness.Reason?.StartsWith("no endpoints yet: ", StringComparison.Ordinal) == true,
            "the router says what is wrong");
        Write(router.EndpointsPath, SomePlan.Endpoints((1, one.Address)).ToUtf8(), byRename: true);
        await RunningRouter.UntilAsync(() => router.Readiness.Reason is null, "the router is ready");
        Assert.Equal("one", (await router.InferAsync()).Text);
    }

    [Fact]
    public async Task Endpoints_are_exchanged_under_load_and_no_request_fails()
    {
        await using var router = await StartAsync(SomePlan.Stable());
        await using var load = new Load(router);
        await load.UntilAllAsync("one");
        for (var i = 0; i < 3; i++)
        {
            Write(router.EndpointsPath, SomePlan.Endpoints((1, two.Address)).ToUtf8(), byRename: true);
            await load.UntilAllAsync("two");
            Write(router.EndpointsPath, SomePlan.Endpoints((1, two.Address), (1, one.Address)).ToUtf8(), byRename: true);
            await load.UntilAsync(static texts => texts.Contains("one") && texts.Contains("two"));
            Write(router.EndpointsPath, SomePlan.Endpoints((1, one.Address)).ToUtf8(), byRename: true);
            await load.UntilAllAsync("one");
        }

        Assert.Empty(await load.StopAsync());
    }

    [Fact]
    public async Task When_endpoints_die_under_load_every_answer_is_complete_or_a_problem()
    {
        await using var router = await StartAsync(SomePlan.Canary(3000));
        await using var load = new Load(router);
        var random = new Random(7);
        var mortal = new RawServer[3];
        try
        {
            for (var round = 0; round < 12; round++)
            {
                var i = random.Next(mortal.Length);
                if (mortal[i] is { } victim)
                    await victim.DisposeAsync();
                mortal[i] = Mortal(random.Next());
                Write(
                    router.EndpointsPath,
                    SomePlan.Endpoints([
                        (2, two.Address),
                        .. mortal.Where(static server => server is not null).Select(static server => (1, server.Address)),
                    ]).ToUtf8(),
                    byRename: true);
                // Longer than the router needs to notice a change, so that each set of endpoints serves for a while.
                await Task.Delay(300);
            }
        }
        finally
        {
            foreach (var server in mortal)
                await server.DisposeAsync();
        }

        var failures = await load.StopAsync();
        Assert.All(
            failures,
            static answer => RouterAnswers.AssertProblem(
                answer,
                answer.Status,
                answer.Status == 502 ? "connection-lost" : "no-ready-endpoint"));
        Assert.True(load.Answered > 100, $"{load.Answered} answers came");
        Assert.Contains(failures, static answer => answer.Status == 502);
    }

    // Answers in two framings and in pieces, and now and then dies in the middle.
    private static RawServer Mortal(int seed)
    {
        var random = new Random(seed);
        return new RawServer(async connection =>
        {
            while (await connection.ReadMessageAsync() is not null)
            {
                int choice;
                lock (random)
                    choice = random.Next(40);
                var answer = choice % 2 == 0
                    ? RawServer.Ok("mortal")
                    : "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n6\r\nmortal\r\n0\r\n\r\n";
                await connection.SendAsync(answer[..(answer.Length / 2)]);
                if (choice == 0)
                    return;
                if (choice == 1)
                {
                    connection.Reset();
                    return;
                }

                await Task.Yield();
                await connection.SendAsync(answer[(answer.Length / 2)..]);
            }
        });
    }

    private async Task<RunningRouter> StartAsync(PlanDocument plan)
    {
        var router = await RunningRouter.StartAsync();
        Write(router.EndpointsPath, SomePlan.Endpoints((1, one.Address), (2, two.Address)).ToUtf8(), byRename: true);
        Write(router.PlanPath, plan.ToUtf8(), byRename: true);
        await RunningRouter.UntilAsync(() => router.Readiness.Reason is null, "the router is ready");
        return router;
    }

    private static void Write(string path, byte[] content, bool byRename)
    {
        if (!byRename)
        {
            File.WriteAllBytes(path, content);
            return;
        }

        File.WriteAllBytes(path + ".new", content);
        File.Move(path + ".new", path, overwrite: true);
    }

    /// <summary>Clients that send requests without a pause, each on one connection.</summary>
    private sealed class Load : IAsyncDisposable
    {
        private readonly ConcurrentQueue<string> texts = new();
        private readonly ConcurrentQueue<RawMessage> failures = new();
        private readonly CancellationTokenSource stop = new();
        private readonly Task[] clients;
        private int answered;

        internal Load(RunningRouter router) => clients = [.. Enumerable.Range(0, 4).Select(_ => Task.Run(() => AskAsync(router)))];

        internal int Answered => Volatile.Read(ref answered);

        internal Task UntilAllAsync(string text) => UntilAsync(texts => texts is [var only] && only == text);

        /// <summary>Waits until the answers of a short time satisfy <paramref name="condition"/>.</summary>
        internal Task UntilAsync(Func<string[], bool> condition) => RunningRouter.UntilAsync(
            async () =>
            {
                texts.Clear();
                var seen = Answered;
                while (Answered < seen + 50 && !clients.Any(static client => client.IsFaulted))
                    await Task.Delay(1);
                return condition([.. texts.Distinct()]);
            },
            "the traffic goes where it should");

        /// <summary>Stops, and returns the answers with an error status; throws if one was cut off or hung.</summary>
        internal async Task<IReadOnlyCollection<RawMessage>> StopAsync()
        {
            await stop.CancelAsync();
            await Task.WhenAll(clients);
            return failures;
        }

        public async ValueTask DisposeAsync()
        {
            await stop.CancelAsync();
            await Task.WhenAll(clients).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            stop.Dispose();
        }

        private async Task AskAsync(RunningRouter router)
        {
            using var client = await router.ConnectAsync();
            while (!stop.IsCancellationRequested)
            {
                await client.SendAsync(RunningRouter.Infer());
                var answer = await client.ReadMessageAsync() ?? throw new EndOfStreamException("the router closed without an answer");
                if (answer.Status == 200)
                    texts.Enqueue(answer.Text);
                else
                    failures.Enqueue(answer);
                Interlocked.Increment(ref answered);
            }
        }
    }
}

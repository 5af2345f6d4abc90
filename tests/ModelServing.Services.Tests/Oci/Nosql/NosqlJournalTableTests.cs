using System.Text.Json.Nodes;
using ModelServing.Contracts.Journal;
using ModelServing.Journal;
using ModelServing.Oci;
using ModelServing.Services.Tests.Journal;
using ModelServing.TestKit;
using ModelServing.TestKit.Emulation;
using ModelServing.TestKit.Nosql;

namespace ModelServing.Services.Tests.Oci.Nosql;

/// <summary>The tests that only NoSQL needs: its requests and its failures.</summary>
public sealed class NosqlJournalTableTests : IAsyncLifetime
{
    private TestedTable tested = null!;

    public static TheoryData<string> TransientFaults => ["429", "500", "503 page", "cut", "lost"];

    private static CancellationToken Test => TestContext.Current.CancellationToken;

    private NosqlEmulator Emulator => tested.Emulator;

    private int Events => tested.Table.Keys.Count(static key => key.Shard == SomeEvents.Fraud.Text);

    public async ValueTask InitializeAsync() => tested = await TestedTable.StartAsync();

    public ValueTask DisposeAsync() => tested.DisposeAsync();

    [Fact]
    public async Task Reads_are_consistent_and_puts_never_replace_a_row()
    {
        var store = tested.Open();
        await store.PutIfAbsentAsync(SomeEvents.RolledBack(2) with { Seq = 1 }, Test);
        Assert.Single(await ReadAsync(store));

        var (put, query) = (Emulator.Requests[0], Emulator.Requests[1]);
        Assert.Equal($"/20190828/tables/{TestedTable.Name}/rows", put.Target);
        Assert.Equal(
            ("IF_ABSENT", NosqlEmulator.Compartment),
            (put.Details!["option"]!.GetValue<string>(), put.Details["compartmentId"]!.GetValue<string>()));
        Assert.Equal("rolledBack", put.Details["value"]!["event"]!["kind"]!.GetValue<string>());
        Assert.Equal("/20190828/query", query.Target);
        Assert.Equal(
            ("ABSOLUTE", "fraud", 0),
            (
                query.Details!["consistency"]!.GetValue<string>(),
                query.Details["variables"]!["$model"]!.GetValue<string>(),
                query.Details["variables"]!["$after"]!.GetValue<long>()));
    }

    [Fact]
    public async Task A_change_is_put_before_its_event_and_is_deleted_by_the_service()
    {
        await new RolloutJournal(tested.Open()).AppendAsync(SomeEvents.RolledBack(2), Test);
        var (change, put) = (Emulator.Requests[^2].Details!, Emulator.Requests[^1].Details!);
        Assert.Equal(
            (".changes", 7, "fraud"),
            (
                change["value"]!["model"]!.GetValue<string>(),
                change["ttl"]!.GetValue<int>(),
                change["value"]!["event"]!["model"]!.GetValue<string>()));
        Assert.Null(put["ttl"]);
    }

    [Theory]
    [MemberData(nameof(TransientFaults))]
    public async Task A_transient_failure_is_retried_and_writes_nothing_twice(string kind)
    {
        Emulator.Faults.Add(NosqlOperation.UpdateRow, CreateFault(kind), times: 2);
        Emulator.Faults.Add(NosqlOperation.Query, CreateFault(kind), times: 2);
        var journal = new RolloutJournal(tested.Open());
        Assert.Equal(new Appended(1, true), await journal.AppendAsync(SomeEvents.RolledBack(2), Test));
        Assert.Equal(new Appended(2, true), await journal.AppendAsync(SomeEvents.RolledBack(3), Test));
        Assert.Equal(2, Events);
    }

    [Fact]
    public async Task An_event_whose_responses_were_all_lost_is_found_by_its_writer()
    {
        Emulator.Faults.Add(NosqlOperation.UpdateRow, Fault.LostAnswer, times: 1000);
        var journal = new RolloutJournal(tested.Open(TestedTable.Quick with { Retries = 1 }));
        Assert.Equal(new Appended(1, true), await journal.AppendAsync(SomeEvents.RolledBack(2), Test));
        Assert.Equal(1, Events);
    }

    [Theory]
    [MemberData(nameof(TransientFaults))]
    public async Task A_failure_that_persists_says_whether_the_put_may_be_done(string kind)
    {
        Emulator.Faults.Add(NosqlOperation.UpdateRow, CreateFault(kind), times: 1000);
        var e = await Assert.ThrowsAsync<JournalException>(
            () => tested.Open().PutIfAbsentAsync(SomeEvents.RolledBack(2) with { Seq = 1 }, Test));
        Assert.Equal((JournalError.Unavailable, kind != "429"), (e.Error, e.MayBeDone));
        Assert.StartsWith(
            $"the journal nosql:{NosqlEmulator.Compartment}/{TestedTable.Name} can't be written: ", e.Message, StringComparison.Ordinal);
        // The HTTP client itself repeats a request if the connection closed before it was sent.
        var attempts = 1 + TestedTable.Quick.Retries;
        Assert.InRange(Emulator.Count(NosqlOperation.UpdateRow), attempts, kind is "cut" or "lost" ? 100 : attempts);

        Emulator.Faults.Add(NosqlOperation.Query, CreateFault(kind), times: 1000);
        e = await Assert.ThrowsAsync<JournalException>(() => ReadAsync(tested.Open()));
        Assert.False(e.MayBeDone);
        Assert.Contains(" can't be read: ", e.Message, StringComparison.Ordinal);
        if (kind is "429" or "500")
            Assert.Contains($"(opc-request-id {Emulator.Requests[^1].RequestId})", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(400, "InvalidParameter", "")]
    [InlineData(401, "NotAuthenticated", "this machine's clock")]
    [InlineData(404, "NotAuthorizedOrNotFound", "check the table's name, its compartment, the region, and the policies")]
    public async Task An_error_of_the_caller_is_not_retried_and_comes_with_a_remedy(int status, string code, string hint)
    {
        Emulator.Faults.Add(NosqlOperation.UpdateRow, Fault.Status(status, code, "so it is"), times: 1000);
        Emulator.Faults.Add(NosqlOperation.Query, Fault.Status(status, code, "so it is"), times: 1000);
        Func<Task>[] calls =
        [
            () => ReadAsync(tested.Open()),
            () => tested.Open().PutIfAbsentAsync(SomeEvents.RolledBack(2) with { Seq = 1 }, Test),
        ];
        foreach (var call in calls)
        {
            var before = Emulator.Requests.Count;
            var e = await Assert.ThrowsAsync<JournalException>(call);
            Assert.Equal(before + 1, Emulator.Requests.Count);
            Assert.Contains(
                $": {status} {code}: so it is (opc-request-id {Emulator.Requests[^1].RequestId})", e.Message, StringComparison.Ordinal);
            Assert.Contains(hint, e.Message, StringComparison.Ordinal);
            Assert.False(e.MayBeDone);
        }
    }

    [Fact]
    public async Task A_missing_table_is_not_an_empty_one()
    {
        var e = await Assert.ThrowsAsync<JournalException>(() => ReadAsync(tested.Open(TestedTable.Quick, table: "another")));
        Assert.Contains("404 TableNotFound: Table not found: another", e.Message, StringComparison.Ordinal);
        e = await Assert.ThrowsAsync<JournalException>(
            () => ReadAsync(tested.Open(TestedTable.Quick, compartment: "ocid1.compartment.oc1..another")));
        Assert.Contains("404 NotAuthorizedOrNotFound", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("text/event-stream", "data: {}")]
    [InlineData("application/json", "")]
    [InlineData("application/json", "null")]
    public async Task A_success_without_content_is_neither_an_empty_table_nor_a_written_event(string type, string body)
    {
        Emulator.Faults.Add(NosqlOperation.Query, Fault.Foreign(200, type, body), times: 1000);
        Emulator.Faults.Add(NosqlOperation.UpdateRow, Fault.Foreign(200, type, body), times: 1000);

        var e = await Assert.ThrowsAsync<JournalException>(() => ReadAsync(tested.Open()));
        Assert.Contains("can't be read: the answer is not from ", e.Message, StringComparison.Ordinal);
        e = await Assert.ThrowsAsync<JournalException>(
            () => tested.Open().PutIfAbsentAsync(SomeEvents.RolledBack(2) with { Seq = 1 }, Test));
        Assert.True(e.MayBeDone);
    }

    [Fact]
    public async Task A_success_without_rows_is_not_an_empty_table()
    {
        Emulator.Faults.Add(NosqlOperation.Query, Fault.Foreign(200, "application/json", "{}"), times: 1000);

        await Assert.ThrowsAsync<JournalException>(() => ReadAsync(tested.Open()));
    }

    [Fact]
    public async Task A_refused_connection_is_reported_with_the_reason()
    {
        var unreachable = tested.Open(
            TestedTable.Quick, settings: tested.Settings with { NosqlEndpoint = $"http://{RawServer.NobodyThere()}" });
        Assert.Contains(
            "refused", (await Assert.ThrowsAsync<JournalException>(() => ReadAsync(unreachable))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_attempt_that_times_out_is_retried()
    {
        Emulator.Faults.Add(NosqlOperation.UpdateRow, Fault.Hold(Emulator.Faults.Forever));
        Emulator.Faults.Add(NosqlOperation.Query, Fault.Hold(Emulator.Faults.Forever));
        var journal = new RolloutJournal(tested.Open(TestedTable.Quick with { Attempt = TimeSpan.FromSeconds(2) }));
        Assert.True((await journal.AppendAsync(SomeEvents.RolledBack(2), Test)).IsOurs);
        Assert.Equal(1, Events);
    }

    [Theory]
    [InlineData(NosqlOperation.UpdateRow)]
    [InlineData(NosqlOperation.Query)]
    public async Task A_cancelled_call_ends_although_nothing_answers(NosqlOperation operation)
    {
        // The fault lasts as long as the test: only cancellation can end the call.
        Emulator.Faults.Add(operation, Fault.Hold(Emulator.Faults.Forever), times: 1000);
        using var cancel = new CancellationTokenSource();
        Task call = operation == NosqlOperation.Query
            ? ReadAsync(tested.Open(), cancel.Token)
            : tested.Open().PutIfAbsentAsync(SomeEvents.RolledBack(2) with { Seq = 1 }, cancel.Token);
        await UntilAsync(() => Emulator.Count(operation) > 0);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call.WaitAsync(RawConnection.Patience, Test));
        // The request itself ends too, not only the wait for it.
        await UntilAsync(() => Emulator.Abandoned > 0);
        Assert.Equal(0, tested.Table.Count);
    }

    [Theory]
    [InlineData("""{"model":"fraud","seq":1}""", "has no number, or its event is not a JSON object")]
    [InlineData("""{"model":"fraud","seq":1,"event":"{}"}""", "has no number, or its event is not a JSON object")]
    [InlineData(
        """{"model":"fraud","seq":1,"event":{"schema":2}}""",
        "event 1 of fraud in the journal nosql:ocid1.compartment.oc1..examplecompartment/modelserving_test_journal can't be read: the " +
            "event has schema 2; this program reads schema 1")]
    public async Task A_row_without_a_valid_event_is_reported(string row, string message)
    {
        tested.Table.Set("fraud", 1, JsonNode.Parse(row)!.AsObject());
        var e = await Assert.ThrowsAsync<JournalException>(() => ReadAsync(tested.Open()));
        Assert.Equal(JournalError.Damaged, e.Error);
        Assert.Contains(message, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_time_with_an_offset_comes_back_as_the_same_time_wherever_the_machine_is()
    {
        const string Evidence =
            """{"offset":"2026-05-04T14:00:00.5+02:00","utc":"2026-05-04T12:00:00.25Z","none":"2026-05-04T12:00:00","date":"2026-05-04"}""";
        var store = tested.Open();
        await store.PutIfAbsentAsync(SomeEvents.RolledBack(2, evidence: Evidence) with { Seq = 1 }, Test);
        var read = Assert.IsType<RolledBackEvent>(Assert.Single(await ReadAsync(store)));
        Assert.Equal(SomeEvents.Noon, read.Time);
        Assert.Equal(
            """{"offset":"2026-05-04T12:00:00.5Z","utc":"2026-05-04T12:00:00.25Z","none":"2026-05-04T12:00:00","date":"2026-05-04"}""",
            read.Evidence!.Value.GetRawText());
    }

    [Fact]
    public async Task The_setting_opens_the_store()
    {
        var store = JournalStores.Open($"nosql:{NosqlEmulator.Compartment}/{TestedTable.Name}", tested.Settings);
        using var owner = (IDisposable)store;
        Assert.True(await store.PutIfAbsentAsync(SomeEvents.RolledBack(2) with { Seq = 1 }, Test));
        Assert.Equal($"nosql:{NosqlEmulator.Compartment}/{TestedTable.Name}", store.Location);
    }

    private static Fault CreateFault(string kind) => kind switch
    {
        "429" => Fault.Throttle,
        "500" => Fault.Status(500, "InternalServerError"),
        "503 page" => Fault.Foreign(503, "text/html", "<html>unavailable</html>"),
        "cut" => Fault.Cut,
        _ => Fault.LostAnswer,
    };

    private static async Task<IReadOnlyList<JournalEvent>> ReadAsync(IJournalStore store, CancellationToken? cancellation = null)
    {
        var read = new List<JournalEvent>();
        await foreach (var one in store.ReadAsync(SomeEvents.Fraud, 0, long.MaxValue, cancellation ?? Test))
            read.Add(one);
        return read;
    }

    private static async Task UntilAsync(Func<bool> isTrue)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(Test);
        timeout.CancelAfter(RawConnection.Patience);
        while (!isTrue())
            await Task.Delay(10, timeout.Token);
    }
}

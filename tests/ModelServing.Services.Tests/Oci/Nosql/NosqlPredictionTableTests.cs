using System.Text.Json.Nodes;
using ModelServing.Oci;
using ModelServing.Predictions;
using ModelServing.Services.Tests.Predictions;
using ModelServing.TestKit;
using ModelServing.TestKit.Emulation;
using ModelServing.TestKit.Nosql;

namespace ModelServing.Services.Tests.Oci.Nosql;

/// <summary>The tests of predictions that only NoSQL needs: its requests and its failures.</summary>
public sealed class NosqlPredictionTableTests : IAsyncLifetime
{
    private TestedPredictionTable tested = null!;

    private static CancellationToken Test => TestContext.Current.CancellationToken;

    private static string Id => SomePredictions.Id(1);

    private NosqlEmulator Emulator => tested.Emulator;

    public async ValueTask InitializeAsync() => tested = await TestedPredictionTable.StartAsync();

    public ValueTask DisposeAsync() => tested.DisposeAsync();

    [Fact]
    public async Task A_put_has_no_option_and_reads_are_consistent()
    {
        var store = tested.Open();
        var record = SomePredictions.Record(1);
        await store.PutAsync([record], Test);
        await store.PutOutcomesAsync([SomePredictions.Outcome(1)], Test);
        Assert.Single(await store.FindOutcomesAsync([Id], Test));
        Assert.Single(await store.FindAsync(Id, Test));

        var bytes = Convert.ToBase64String(SomeRecord.Stored(record).Record.Span);
        var (put, outcome, get, query) = (Emulator.Requests[0], Emulator.Requests[1], Emulator.Requests[2], Emulator.Requests[3]);
        Assert.Equal($"/20190828/tables/{TestedPredictionTable.Name}/rows", put.Target);
        Assert.Equal(
            $$"""{"id":"{{Id}}","attempt":1,"model":"fraud","minute":{{SomePredictions.Minute}},"record":"{{bytes}}"}""",
            put.Details!["value"]!.ToJsonString(new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }));
        Assert.Equal(["compartmentId", "value"], put.Details.Select(static member => member.Key));
        Assert.Equal($"/20190828/tables/{TestedPredictionTable.Name}_outcomes/rows", outcome.Target);
        Assert.Equal(
            $"/20190828/tables/{TestedPredictionTable.Name}_outcomes/rows?key=id%3A{Id}&key=attempt%3A0"
            + $"&compartmentId={NosqlEmulator.Compartment}&consistency=ABSOLUTE",
            get.Target);
        Assert.Equal("/20190828/query?limit=256", query.Target);
        Assert.Equal("ABSOLUTE", query.Details!["consistency"]!.GetValue<string>());
    }

    [Theory]
    [InlineData("429", PredictionStoreError.Throttled)]
    [InlineData("500", PredictionStoreError.Unavailable)]
    [InlineData("503 page", PredictionStoreError.Unavailable)]
    [InlineData("cut", PredictionStoreError.Unavailable)]
    [InlineData("lost", PredictionStoreError.Unavailable)]
    [InlineData("RowSizeLimitExceeded", PredictionStoreError.Refused)]
    [InlineData("KeySizeLimitExceeded", PredictionStoreError.Refused)]
    [InlineData("RequestSizeLimitExceeded", PredictionStoreError.Refused)]
    [InlineData("InvalidParameter", PredictionStoreError.Refused)]
    [InlineData("SizeLimitExceeded", PredictionStoreError.Unavailable)]
    [InlineData("404", PredictionStoreError.Unavailable)]
    public async Task A_put_of_records_is_not_repeated_and_says_what_failed(string kind, PredictionStoreError error)
    {
        Emulator.Faults.Add(NosqlOperation.UpdateRow, CreateFault(kind), times: 1000);
        var e = await Assert.ThrowsAsync<PredictionStoreException>(() => tested.Open().PutAsync([SomePredictions.Record(1)], Test));
        Assert.Equal(error, e.Error);
        Assert.StartsWith(
            $"the prediction store nosql:{NosqlEmulator.Compartment}/{TestedPredictionTable.Name} can't be written: ",
            e.Message,
            StringComparison.Ordinal);
        // The HTTP client itself repeats a request if the connection closed before it was sent.
        Assert.InRange(Emulator.Count(NosqlOperation.UpdateRow), 1, kind is "cut" or "lost" ? 100 : 1);

        Emulator.Faults.Clear();
        await tested.Open().PutAsync([SomePredictions.Record(1)], Test);
        Assert.Equal(1, tested.Table.Count);
    }

    [Theory]
    [InlineData("429", PredictionStoreError.Throttled)]
    [InlineData("500", PredictionStoreError.Unavailable)]
    [InlineData("cut", PredictionStoreError.Unavailable)]
    public async Task Other_calls_are_repeated_for_a_while(string kind, PredictionStoreError error)
    {
        var store = tested.Open();
        foreach (var operation in Enum.GetValues<NosqlOperation>())
            Emulator.Faults.Add(operation, CreateFault(kind), times: 2);
        await store.PutOutcomesAsync([SomePredictions.Outcome(1)], Test);
        Assert.Single(await store.FindOutcomesAsync([Id], Test));
        Assert.Empty(await store.FindAsync(Id, Test));

        foreach (var operation in Enum.GetValues<NosqlOperation>())
            Emulator.Faults.Add(operation, CreateFault(kind), times: 1000);
        foreach (var call in (Func<Task>[])[
            () => store.PutOutcomesAsync([SomePredictions.Outcome(1)], Test),
            () => store.FindOutcomesAsync([Id], Test),
            () => store.FindAsync(Id, Test),
        ])
            Assert.Equal(error, (await Assert.ThrowsAsync<PredictionStoreException>(call)).Error);
    }

    [Fact]
    public async Task A_batch_waits_longer_than_a_program_that_answers_someone()
    {
        var location = $"nosql:{NosqlEmulator.Compartment}/{TestedPredictionTable.Name}";
        await tested.Open().PutAsync([SomePredictions.Record(1)], Test);
        // More failures than a call has attempts.
        Emulator.Faults.Add(NosqlOperation.Query, CreateFault("429"), times: 4);
        var batch = PredictionStores.Open(location, 30, tested.Settings, isPatient: true);
        using var closing = (IDisposable)batch;
        Assert.Single(await batch.FindAsync(Id, Test));

        Emulator.Faults.Add(NosqlOperation.Query, CreateFault("429"), times: 4);
        var other = PredictionStores.Open(location, 30, tested.Settings);
        using var alsoClosing = (IDisposable)other;
        var e = await Assert.ThrowsAsync<PredictionStoreException>(() => other.FindAsync(Id, Test));
        Assert.Equal(PredictionStoreError.Throttled, e.Error);
    }

    [Fact]
    public async Task A_record_larger_than_a_row_is_refused()
    {
        var e = await Assert.ThrowsAsync<PredictionStoreException>(
            () => tested.Open().PutAsync([SomePredictions.Record(1, dataBytes: 520 * 1024)], Test));
        Assert.Equal(PredictionStoreError.Refused, e.Error);
        Assert.Contains("400 RowSizeLimitExceeded", e.Message, StringComparison.Ordinal);
        Assert.Equal(0, tested.Table.Count);
    }

    [Fact]
    public async Task A_table_whose_write_units_are_used_up_throttles()
    {
        tested.Table.WriteUnits = 0;
        var e = await Assert.ThrowsAsync<PredictionStoreException>(() => tested.Open().PutAsync([SomePredictions.Record(1)], Test));
        Assert.Equal(PredictionStoreError.Throttled, e.Error);
        tested.Table.WriteUnits = 100;
        await tested.Open().PutAsync([SomePredictions.Record(1)], Test);
    }

    [Fact]
    public async Task A_missing_table_is_unavailable_and_its_remedy_is_named()
    {
        var store = tested.Open("another");
        var e = await Assert.ThrowsAsync<PredictionStoreException>(() => store.PutAsync([SomePredictions.Record(1)], Test));
        Assert.Equal(PredictionStoreError.Unavailable, e.Error);
        Assert.Contains("404 TableNotFound: Table not found: another", e.Message, StringComparison.Ordinal);
        Assert.Contains("check the table's name, its compartment, the region, and the policies", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refused_connection_is_unavailable()
    {
        var unreachable = tested.Open(
            TestedPredictionTable.Name, tested.Settings with { NosqlEndpoint = $"http://{RawServer.NobodyThere()}" });
        var e = await Assert.ThrowsAsync<PredictionStoreException>(() => unreachable.PutAsync([SomePredictions.Record(1)], Test));
        Assert.Equal(PredictionStoreError.Unavailable, e.Error);
        Assert.Contains("refused", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_put_that_gets_no_answer_ends()
    {
        Emulator.Faults.Add(NosqlOperation.UpdateRow, Fault.Hold(Emulator.Faults.Forever));
        var store = tested.Open(TestedPredictionTable.Name, puts: new() { Retries = 0, Attempt = TimeSpan.FromMilliseconds(200) });
        var e = await Assert.ThrowsAsync<PredictionStoreException>(() => store.PutAsync([SomePredictions.Record(1)], Test));
        Assert.Equal(PredictionStoreError.Unavailable, e.Error);
        Assert.Contains("no answer came from NoSQL", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"id":"ID","attempt":1,"model":"fraud","minute":29000000}""", "a row in the prediction store ")]
    [InlineData("""{"id":"ID","attempt":1,"model":"fraud","minute":29000000,"record":"?"}""", "attempt 1 of the request ")]
    [InlineData("""{"id":"ID","attempt":1,"model":"fraud","minute":29000000,"record":"/w=="}""", "attempt 1 of the request ")]
    [InlineData("""{"id":"ID","attempt":1,"model":"fraud","minute":29000000,"record":""}""", "the record names itself attempt 0 of ''")]
    public async Task A_row_without_its_record_is_reported(string row, string message)
    {
        tested.Table.Set(Id, 1, JsonNode.Parse(row.Replace("ID", Id, StringComparison.Ordinal))!.AsObject());
        var e = await Assert.ThrowsAsync<PredictionStoreException>(() => tested.Open().FindAsync(Id, Test));
        Assert.Equal(PredictionStoreError.Refused, e.Error);
        Assert.Contains(message, e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"id":"ID","attempt":0}""")]
    [InlineData("""{"id":"ID","attempt":0,"outcome":"{}"}""")]
    public async Task A_row_without_its_outcome_is_reported(string row)
    {
        tested.Outcomes.Set(Id, StoredOutcome.Attempt, JsonNode.Parse(row.Replace("ID", Id, StringComparison.Ordinal))!.AsObject());
        var e = await Assert.ThrowsAsync<PredictionStoreException>(() => tested.Open().FindOutcomesAsync([Id], Test));
        Assert.Equal(PredictionStoreError.Refused, e.Error);
        Assert.StartsWith($"the outcome of the request {Id} in the prediction store nosql:", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_setting_opens_the_store()
    {
        var location = $"nosql:{NosqlEmulator.Compartment}/{TestedPredictionTable.Name}";
        PredictionStores.Check(location, tested.Settings);
        var store = PredictionStores.Open(location, 30, tested.Settings);
        using var owner = (IDisposable)store;
        await store.PutAsync([SomePredictions.Record(1)], Test);
        Assert.Equal(location, store.Location);
        Assert.Equal([(Id, 1L)], tested.Table.Keys);
    }

    private static Fault CreateFault(string kind) => kind switch
    {
        "429" => Fault.Throttle,
        "500" => Fault.Status(500, "InternalServerError"),
        "404" => Fault.Status(404, "NotAuthorizedOrNotFound"),
        "503 page" => Fault.Foreign(503, "text/html", "<html>busy</html>"),
        "cut" => Fault.Cut,
        "lost" => Fault.LostAnswer,
        _ => Fault.Status(400, kind),
    };
}

using System.Net;
using System.Runtime.CompilerServices;
using ModelServing.Contracts;
using ModelServing.Contracts.Predictions;
using ModelServing.Oci.Calls;
using ModelServing.Predictions;
using ModelServing.Predictions.Records;
using Oci.Common.Retry;
using Oci.NosqlService;
using Oci.NosqlService.Models;
using Oci.NosqlService.Requests;

namespace ModelServing.Oci.Nosql;

/// <summary>
/// Predictions in a NoSQL table, and their outcomes in the table TABLE_outcomes. Over REST the service has a call for each row. A put has
/// no option, so it creates the row or replaces it. The tables have a time to live; infra/Predictions creates them.
/// </summary>
internal sealed class NosqlPredictionStore : IPredictionStore, IDisposable
{
    // How many rows of outcomes are written or read at the same time.
    private const int OutcomesAtOnce = 32;
    private const int RowsInAPage = 256;

    private readonly SignedClient<NosqlClient> client;
    private readonly TableAddress table;
    private readonly string outcomes;
    private readonly ServiceCalls<NosqlClient> puts;
    private readonly ServiceCalls<NosqlClient> calls;

    /// <summary>Creates a store that owns <paramref name="client"/>.</summary>
    internal NosqlPredictionStore(
        SignedClient<NosqlClient> client, TableAddress table, PredictionCallLimits? limits = null, TimeProvider? time = null)
    {
        this.client = client;
        this.table = table;
        outcomes = PredictionTables.OutcomesOf(table.Name);
        limits ??= new PredictionCallLimits();
        puts = new ServiceCalls<NosqlClient>(client, OciService.Nosql, limits.Puts, time ?? TimeProvider.System);
        calls = new ServiceCalls<NosqlClient>(client, OciService.Nosql, limits.Others, time ?? TimeProvider.System);
    }

    /// <inheritdoc/>
    public string Location => table.ToString();

    /// <inheritdoc/>
    public int MostRows => 1;

    /// <inheritdoc/>
    public int MostConcurrency => 64;

    /// <inheritdoc/>
    public async Task PutAsync(IReadOnlyList<StoredPrediction> predictions, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(predictions);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(predictions.Count, MostRows);
        foreach (var row in predictions)
        {
            await UpdateAsync(
                puts,
                table.Name,
                new Dictionary<string, object>
                {
                    [PredictionTables.Id] = row.RequestId,
                    [PredictionTables.Attempt] = row.Attempt,
                    [PredictionTables.Model] = row.Model,
                    [PredictionTables.Minute] = row.Minute,
                    // The JSON form of BINARY.
                    [PredictionTables.Record] = Convert.ToBase64String(row.Record.Span),
                },
                row.Record.Length,
                cancellationToken);
        }
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<PredictionRecord>> FindAsync(string requestId, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(requestId);
        var found = new List<PredictionRecord>();
        await foreach (var read in QueryAsync(
            $"DECLARE $id STRING; SELECT id, attempt, record FROM {table.Name} WHERE id = $id",
            new Dictionary<string, object> { ["$id"] = requestId },
            cancellationToken))
            found.Add(read);
        found.Sort(static (one, other) => one.Attempt.CompareTo(other.Attempt));
        return found;
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<PredictionRecord> ReadAsync(ModelName model, long minute, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(model);
        // By the index of these two columns. The REST service accepts neither ORDER BY nor aggregates.
        return QueryAsync(
            $"DECLARE $model STRING; $minute LONG; SELECT id, attempt, record FROM {table.Name} WHERE model = $model AND minute = $minute",
            new Dictionary<string, object> { ["$model"] = model.Text, ["$minute"] = minute },
            cancellationToken);
    }

    /// <inheritdoc/>
    public Task PutOutcomesAsync(IReadOnlyList<Outcome> outcomes, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(outcomes);
        // The rows are written in any order, so only the last outcome of each request may be written.
        var last = new Dictionary<string, Outcome>();
        foreach (var outcome in outcomes)
            last[outcome.RequestId] = outcome;
        return ForEachAsync(last.Values, async (outcome, token) =>
        {
            var text = StoredOutcome.Write(outcome);
            await UpdateAsync(
                calls,
                this.outcomes,
                new Dictionary<string, object>
                {
                    [PredictionTables.Id] = outcome.RequestId,
                    [PredictionTables.Attempt] = StoredOutcome.Attempt,
                    [PredictionTables.Outcome] = text,
                },
                text.Length,
                token);
        }, cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyDictionary<string, Outcome>> FindOutcomesAsync(
        IReadOnlyCollection<string> requestIds, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(requestIds);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(requestIds.Count, IPredictionStore.MostOutcomes);
        var found = new Dictionary<string, Outcome>();
        await ForEachAsync(requestIds.Distinct(), async (id, token) =>
        {
            if (await FindOutcomeAsync(id, token) is not { } outcome)
                return;
            lock (found)
                found[id] = outcome;
        }, cancellationToken);
        return found;
    }

    /// <inheritdoc/>
    public void Dispose() => client.Dispose();

    private static Task ForEachAsync<T>(IEnumerable<T> items, Func<T, CancellationToken, ValueTask> run, CancellationToken cancellation) =>
        Parallel.ForEachAsync(
            items, new ParallelOptions { MaxDegreeOfParallelism = OutcomesAtOnce, CancellationToken = cancellation }, run);

    private async Task UpdateAsync(
        ServiceCalls<NosqlClient> by, string name, Dictionary<string, object> row, int bytes, CancellationToken cancellation)
    {
        var request = new UpdateRowRequest
        {
            TableNameOrId = name,
            UpdateRowDetails = new UpdateRowDetails { CompartmentId = table.Compartment, Value = row },
        };
        _ = await CallAsync(
            by,
            "written",
            (client, once, token) => client.UpdateRow(request, once, token),
            static answer => answer.UpdateRowResult,
            cancellation,
            bytes);
    }

    private async Task<Outcome?> FindOutcomeAsync(string id, CancellationToken cancellation)
    {
        var request = new GetRowRequest
        {
            TableNameOrId = outcomes,
            CompartmentId = table.Compartment,
            Key = [$"{PredictionTables.Id}:{id}", $"{PredictionTables.Attempt}:{StoredOutcome.Attempt}"],
            Consistency = GetRowRequest.ConsistencyEnum.Absolute,
        };
        var answer = await CallAsync(
            calls, "read", (client, once, token) => client.GetRow(request, once, token), static answer => answer.Row, cancellation);
        // The answer for a missing row is 200 without a value.
        if (answer.Row.Value is not { } row)
            return null;
        return row.TryGetValue(PredictionTables.Outcome, out var value) && value is string text
            ? StoredOutcome.Read(Location, id, text)
            : throw Unreadable($"the outcome of the request {id}");
    }

    private async IAsyncEnumerable<PredictionRecord> QueryAsync(
        string statement, Dictionary<string, object> variables, [EnumeratorCancellation] CancellationToken cancellation)
    {
        string? next = null;
        do
        {
            var request = new QueryRequest
            {
                Limit = RowsInAPage,
                Page = next,
                QueryDetails = new QueryDetails
                {
                    CompartmentId = table.Compartment,
                    Statement = statement,
                    // An acknowledged record must not be missing.
                    Consistency = QueryDetails.ConsistencyEnum.Absolute,
                    Variables = variables,
                },
            };
            var page = await CallAsync(
                calls,
                "read",
                (client, once, token) => client.Query(request, once, token),
                static answer => answer.QueryResultCollection?.Items,
                cancellation);
            // A page ends when the service has read 2 MB, and may be empty. Only the last page names no next one.
            foreach (var row in page.QueryResultCollection.Items)
                yield return Read(row);
            next = string.IsNullOrEmpty(page.OpcNextPage) ? null : page.OpcNextPage;
        }
        while (next is not null);
    }

    private PredictionRecord Read(Dictionary<string, object> row)
    {
        if (row.TryGetValue(PredictionTables.Id, out var first) && first is string id
            && row.TryGetValue(PredictionTables.Attempt, out var second) && second is long attempt
            && row.TryGetValue(PredictionTables.Record, out var third) && third is string base64)
        {
            try
            {
                return StoredRecord.Read(Location, id, (int)attempt, Convert.FromBase64String(base64));
            }
            catch (FormatException)
            {
                throw Unreadable($"attempt {attempt} of the request {id}");
            }
        }

        throw Unreadable("a row");
    }

    private PredictionStoreException Unreadable(string what) =>
        new(PredictionStoreError.Refused, $"{what} in the prediction store {Location} can't be read: a column has another type");

    private async Task<T> CallAsync<T>(
        ServiceCalls<NosqlClient> by,
        string participle,
        Func<NosqlClient, RetryConfiguration, CancellationToken, Task<T>> call,
        Func<T, object?> part,
        CancellationToken cancellation,
        int bytes = 0)
    {
        try
        {
            return await by.CallAsync(call, cancellation, bytes, part: part);
        }
        catch (ServiceFailure e)
        {
            throw new PredictionStoreException(ErrorOf(e), e.ToText($"the prediction store {Location} can't be {participle}"), e);
        }
    }

    // Only these answers are about the row. A table that is full, missing or forbidden is an error that a person can remove.
    private static PredictionStoreError ErrorOf(ServiceFailure failure) => failure switch
    {
        { Status: HttpStatusCode.TooManyRequests } => PredictionStoreError.Throttled,
        { Code: "RowSizeLimitExceeded" or "KeySizeLimitExceeded" or "RequestSizeLimitExceeded" or "InvalidParameter" } =>
            PredictionStoreError.Refused,
        _ => PredictionStoreError.Unavailable,
    };
}

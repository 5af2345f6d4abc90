using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using DuckDB.NET.Data;
using ModelServing.Contracts.Experiments;
using ModelServing.Contracts.Predictions;
using ModelServing.Jobs.Features;
using ModelServing.Predictions.Records;
using ModelServing.Rollout.Experiments;

namespace ModelServing.Jobs.Experiments;

/// <summary>The predictions of an experiment in a DuckDB file, grouped there by request, unit and arm, a part of them at a time. So memory
/// does not grow with the log.</summary>
/// <remarks>
/// <code>
/// attempts    one row for each attempt of a request, as it was recorded
/// requests    one row for each request: the arm of its first attempt, how that ended, and the answer that the caller got
/// units       one row for each unit: its first time, and its arm then
/// decisions   the requests within the window of their unit, of units whose window has closed
/// </code>
/// A request belongs to the arm that it was assigned to, even if stable answered it after a failure. A unit belongs to its first arm. So
/// neither a model's failures nor a changed weight moves anything from one arm to another.
/// </remarks>
internal sealed class StagedDecisions : IDisposable
{
    /// <summary>The most points in time of a report.</summary>
    internal const int Points = 60;

    // DuckDB keeps texts in the states of aggregates beside its limit of memory, so what is aggregated has a fixed size.
    private const int MostArms = 1024;

    private readonly JobDatabase database;
    private readonly ExperimentRequest request;
    private readonly MetricColumns columns;
    private readonly Dictionary<string, int> arms;
    private MemoryParts parts;

    internal StagedDecisions(ExperimentRequest request, string folder)
    {
        this.request = request;
        columns = new MetricColumns(request.Experiment.Metrics);
        arms = request.Experiment.Arms.Select(static (arm, index) => (arm.Name, index)).ToDictionary();
        parts = new MemoryParts(0, request.MemoryMegabytes, request.LeastParts);
        database = new JobDatabase(folder, request.MemoryMegabytes);
        database.Run(
            "CREATE TABLE attempts (request VARCHAR, bin SMALLINT, attempt INTEGER, noted BOOLEAN, unit UUID, keyed BOOLEAN, "
                + "arm INTEGER, time BIGINT, failed BOOLEAN, answered BOOLEAN, milliseconds DOUBLE, outcome DOUBLE, "
                + "outcome_text INTEGER, observed BIGINT"
                + string.Concat(columns.Names.Select(static name => $", {name} DOUBLE")) + ")");
    }

    public void Dispose() => database.Dispose();

    /// <summary>Whether an attempt belongs to the experiment.</summary>
    internal bool IsWanted(PredictionRecord record) =>
        record.Revision == request.Experiment.Revision && !record.Comparison && arms.ContainsKey(record.Variant);

    /// <summary>Adds attempts with the outcomes of their requests.</summary>
    internal void Add(IReadOnlyList<PredictionRecord> records, IReadOnlyDictionary<string, Outcome> outcomes)
    {
        using var connection = database.Open();
        using var appender = connection.CreateAppender("attempts");
        foreach (var record in records)
        {
            var isNote = record.Attempt > PredictionAttempts.NoAnswer;
            var row = appender.CreateRow();
            row.AppendValue(record.RequestId)
                .AppendValue(MemoryParts.BinOf(record.RequestId))
                .AppendValue(isNote ? record.Attempt - PredictionAttempts.NoAnswer : record.Attempt)
                .AppendValue(isNote)
                .AppendValue(UnitOf(record))
                .AppendValue(!record.RoutingKey.IsEmpty)
                .AppendValue(arms[record.Variant])
                .AppendValue(record.Time)
                .AppendValue(isNote || record.Status is 0 or >= 500 || record.NonFinite)
                .AppendValue(!isNote && record.Status is >= 200 and < 300);
            Append(row, record.Latency is { } latency ? latency.Total / 1000d : null);
            var outcome = outcomes.GetValueOrDefault(record.RequestId);
            Append(row, outcome?.Value.Flag is { } flag ? flag ? 1 : 0 : outcome?.Value.Number);
            if (outcome?.Value.Text is { } text)
                row.AppendValue(columns.Text(text));
            else
                row.AppendNullValue();
            if (outcome?.ObservedAt is { } observed)
                row.AppendValue((observed - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond);
            else
                row.AppendNullValue();
            foreach (var value in columns.ValuesOf(record))
                Append(row, value);
            row.EndRow();
        }
    }

    /// <summary>Groups what was added. Call it once, before the questions below.</summary>
    internal void Group(CancellationToken cancellation)
    {
        parts = new MemoryParts(
            database.Number("SELECT count(*) FROM attempts") ?? 0, request.MemoryMegabytes, request.LeastParts);
        var tensors = columns.Names.ToList();
        // An attempt that the router gave up may have a record all the same, but the caller has another answer. Of a request whose first
        // attempt was lost, the arm is unknown.
        Create("requests", parts.Conditions("bin").Select(part =>
            $"""
            WITH one AS (SELECT request, attempt, bool_or(noted) AS noted, min(unit) AS unit, bool_or(keyed) AS keyed, min(arm) AS arm,
                min(time) AS time,
                bool_or(failed) AS failed, bool_or(answered) AND NOT bool_or(noted) AS answered, max(milliseconds) AS milliseconds,
                max(outcome) AS outcome, max(outcome_text) AS outcome_text, max(observed) AS observed
                {string.Concat(tensors.Select(static name => $", max({name}) AS {name}"))}
              FROM attempts WHERE {part} GROUP BY request, attempt)
            SELECT request, arg_min(unit, attempt) AS unit, {MemoryParts.BinOfColumn("arg_min(unit, attempt)")} AS bin,
              bool_or(keyed) AS keyed, arg_min(arm, attempt) AS arm, min(time) AS time,
              arg_min(failed, attempt) AS failed,
              min(milliseconds) FILTER (attempt = 1) AS milliseconds,
              bool_or(answered) AS answered, coalesce(arg_max(arm, attempt) FILTER (answered), -1) AS answered_by,
              max(outcome) AS outcome, max(outcome_text) AS outcome_text, max(observed) AS observed
              {string.Concat(tensors.Select(static name => $", arg_max_null({name}, attempt) FILTER (answered) AS {name}"))}
            FROM one GROUP BY request HAVING min(attempt) = 1
            """));
        database.Run("DROP TABLE attempts", cancellation);
        First = database.Number("SELECT min(time) FROM requests") ?? 0;
        // A unit's first time is at most that of the last request.
        Step = Math.Max(1, ((database.Number("SELECT max(time) FROM requests") ?? 0) - First) / Points + 1);
        Create("units", parts.Conditions("bin").Select(part =>
            Text($"""
            SELECT unit, bin, bool_or(keyed) AS keyed, min(time) AS start,
              (min(time * {MostArms} + arm) % {MostArms})::INTEGER AS arm, min(arm) <> max(arm) AS moved,
              ((start - {First}) // {Step})::INTEGER AS point
            FROM requests WHERE {part} GROUP BY unit, bin
            """)));
        Create("decisions", parts.Conditions("u.bin").Zip(parts.Conditions("r.bin"), (unit, request) =>
            Text($"""
            SELECT u.unit, u.bin, u.arm, u.point, u.start, r.time, r.request, r.failed, r.milliseconds, r.answered,
              r.answered_by = u.arm AS own, coalesce(r.observed > u.start + {this.request.Window}, FALSE) AS late,
              CASE WHEN late THEN NULL ELSE r.outcome END AS outcome, CASE WHEN late THEN NULL ELSE r.outcome_text END AS outcome_text
              {string.Concat(tensors.Select(static name => $", r.{name}"))}
            FROM requests r JOIN units u USING (unit)
            WHERE {unit} AND {request} AND r.time < u.start + {this.request.Window}
              AND u.start + {this.request.Window} <= {this.request.End}
            """)));
        database.Run("DROP TABLE requests", cancellation);

        void Create(string table, IEnumerable<string> selects)
        {
            foreach (var (i, select) in selects.Index())
                database.Run((i == 0 ? $"CREATE TABLE {table} AS " : $"INSERT INTO {table} ") + select, cancellation);
        }
    }

    /// <summary>The first time of a unit, in microseconds since 1970.</summary>
    internal long First { get; private set; }

    /// <summary>The time from one point to the next, in microseconds.</summary>
    internal long Step { get; private set; } = 1;

    /// <summary>The number of units of each arm that came between one point and the next.</summary>
    internal IReadOnlyList<long[]> CountUnits()
    {
        var counts = Enumerable.Range(0, Points).Select(_ => new long[arms.Count]).ToList();
        foreach (var row in database.Stream("SELECT point, arm, count(*) FROM units GROUP BY ALL"))
            counts[row.GetInt32(0)][row.GetInt32(1)] = row.GetInt64(2);
        return counts;
    }

    /// <summary>The number of units that are single requests.</summary>
    internal long CountUnitsWithoutKey() =>
        database.Number("SELECT count(*) FROM units WHERE NOT keyed") ?? 0;

    /// <summary>How much each arm has of everything that a report counts.</summary>
    internal IReadOnlyList<ArmCounts> CountArms()
    {
        var counts = request.Experiment.Arms.Select(static arm => new ArmCounts(arm.Name, arm.Version.Number)).ToList();
        var weights = request.Experiment.Arms.Sum(static arm => arm.Weight);
        for (var arm = 0; arm < counts.Count; arm++)
            counts[arm] = counts[arm] with { PlannedShare = (double)request.Experiment.Arms[arm].Weight / weights };
        var closed = Text($"count(*) FILTER (start + {request.Window} <= {request.End})");
        foreach (var row in database.Stream($"SELECT arm, count(*), {closed}, count(*) FILTER (moved) FROM units GROUP BY arm"))
        {
            counts[row.GetInt32(0)] = counts[row.GetInt32(0)] with
            {
                Units = row.GetInt64(1),
                ClosedUnits = row.GetInt64(2),
                MovedUnits = row.GetInt64(3),
            };
        }

        foreach (var row in parts.Conditions("bin").SelectMany(part => database.Stream(
            "SELECT arm, count(*), count(*) FILTER (NOT late AND outcome IS NULL AND outcome_text IS NULL), count(*) FILTER (late), "
                + $"count(DISTINCT unit) FILTER (late) FROM decisions WHERE {part} GROUP BY arm")))
        {
            var before = counts[row.GetInt32(0)];
            counts[row.GetInt32(0)] = before with
            {
                Requests = before.Requests + row.GetInt64(1),
                WithoutOutcome = before.WithoutOutcome + row.GetInt64(2),
                LateOutcomes = before.LateOutcomes + row.GetInt64(3),
                LateUnits = before.LateUnits + row.GetInt64(4),
            };
        }

        return counts;
    }

    /// <summary>The sums of a metric over the units of each arm that came between one point and the next. A unit's decisions are added up
    /// first.</summary>
    internal IReadOnlyList<UnitSums[]> Sum(ExperimentMetric metric)
    {
        var query = MetricQuery.From(metric, columns);
        var sums = Enumerable.Range(0, Points).Select(_ => new UnitSums[arms.Count]).ToList();
        foreach (var row in parts.Conditions("bin").SelectMany(part => database.Stream(
            $"""
            SELECT point, arm, count(*), fsum(x), fsum(y), fsum(x*x), fsum(x*y), fsum(y*y),
              fsum(x*x*x*x), fsum(x*x*x*y), fsum(x*x*y*y), fsum(x*y*y*y), fsum(y*y*y*y)
            FROM (SELECT point, arm, unit, fsum({query.Numerator})::DOUBLE AS x, count(*)::DOUBLE AS y
              FROM decisions WHERE {part} AND {query.Condition} GROUP BY point, arm, unit)
            GROUP BY point, arm
            """)))
        {
            sums[row.GetInt32(0)][row.GetInt32(1)] += new UnitSums
            {
                Units = row.GetInt64(2),
                X = row.GetDouble(3),
                Y = row.GetDouble(4),
                XX = row.GetDouble(5),
                XY = row.GetDouble(6),
                YY = row.GetDouble(7),
                XXXX = row.GetDouble(8),
                XXXY = row.GetDouble(9),
                XXYY = row.GetDouble(10),
                XYYY = row.GetDouble(11),
                YYYY = row.GetDouble(12),
            };
        }

        return sums;
    }

    /// <summary>The scores of a ranking in one arm, those of a unit one after the other, in the order in which units came.</summary>
    internal IEnumerable<(int Point, ulong Unit, double Score, bool IsPositive)> Rank(ExperimentMetric metric, int arm)
    {
        foreach (var row in database.Stream(
            $"""
            SELECT point, hash(unit), {columns.Output(metric.Output!)}, {MetricQuery.HasOutcome(metric, columns)} FROM decisions
            WHERE arm = {arm.ToString(CultureInfo.InvariantCulture)} AND {MetricQuery.RankingCondition(metric, columns)}
            ORDER BY start, unit
            """))
            yield return (row.GetInt32(0), row.GetFieldValue<ulong>(1), row.GetDouble(2), row.GetBoolean(3));
    }

    // The keyed hash has 128 bits.
    private static Guid UnitOf(PredictionRecord record) => record.RoutingKey.Length == 16
        ? new Guid(record.RoutingKey.Span)
        : new Guid(SHA256.HashData(
            record.RoutingKey.IsEmpty ? Encoding.UTF8.GetBytes(record.RequestId) : record.RoutingKey.ToByteArray()).AsSpan(0, 16));

    private static void Append(IDuckDBAppenderRow row, double? number)
    {
        if (number is { } value)
            row.AppendValue(value);
        else
            row.AppendNullValue();
    }

    private static string Text(FormattableString sql) => sql.ToString(CultureInfo.InvariantCulture);
}

using System.Text;
using System.Text.Unicode;
using Microsoft.Extensions.Logging;
using ModelServing.Cache;
using ModelServing.Features;
using ModelServing.Features.Engine;
using ModelServing.Features.Events;
using ModelServing.Inference.Models;
using ModelServing.Inference.Protocol;
using ModelServing.OnlineStore;
using ModelServing.Registry;

namespace ModelServing.Inference.Features;

/// <summary>
/// Finds the features of a request. The states of all its entities are read in one round, which has a short time limit. What can't be read
/// in time becomes the defaults, and the answer and the record say so: a prediction never waits for the cache longer than that.
/// </summary>
/// <remarks>
/// <code>
/// 1 rows      the entities' keys and the times, from the inputs
/// 2 read      the states, except those that were read a moment ago
/// 3 finalise  each row's features, at its time
/// </code>
/// </remarks>
internal sealed class FeatureResolver(
    FeatureCache cache, InferenceMetrics metrics, TimeProvider time, ILogger<FeatureResolver> logger)
{
    /// <summary>The most entities of a request.</summary>
    internal const int MostEntities = 1000;

    // What a state takes of the memory for requests. Most take less; a large one is as large as its view allows.
    private const int StateBytes = 8 * 1024;

    // Below that, one processor is done before another has begun.
    private const int LeastShared = 64;

    // What a processor takes at once.
    private const int BlockRows = 64;

    // On a busy machine, reads fail and work in turn. They work again when none has failed for this long.
    private static readonly TimeSpan Calm = TimeSpan.FromSeconds(5);

    // Without a limit, a large request would take every thread that the pool gets.
    private static readonly ParallelOptions EachProcessor = new() { MaxDegreeOfParallelism = Environment.ProcessorCount };

    private readonly RecentStates recent = new(time);
    private bool isReported;
    private long failedAt;

    /// <summary>Resolves the features of a request, which owns them.</summary>
    /// <exception cref="RequestFaultException">A key or a time is wrong, or there are too many entities.</exception>
    /// <exception cref="Hosting.Memory.OverBudgetException">The features do not fit beside other requests.</exception>
    internal async ValueTask ResolveAsync(FeaturePlan plan, InferRequest request, CancellationToken cancellation)
    {
        // 1
        var rows = RowsOf(plan, request);
        request.Bytes?.Take(
            (rows * plan.Columns.Length * (long)plan.Target.Format.ElementBytes) + (rows * plan.Views.Length * (long)StateBytes));
        SetTimes(plan, request, rows);
        var entities = new List<EntityQuery>(rows * plan.Views.Length);
        var indexes = IndexEntities(plan, request, rows, entities);

        // 2
        var answers = new EntityAnswer?[entities.Count];
        var states = recent.Hold();
        OnlineAnswers? own = null;
        try
        {
            own = await ReadAsync(entities, answers, states, cancellation);

            // 3
            var resolved = new ResolvedFeatures(plan, plan.Target.Format.Create([rows, plan.Columns.Length]), rows);
            request.Features = resolved;
            if (plan.Target.Format.ElementBytes == sizeof(float))
                Fill(plan, request, resolved, indexes, answers, static value => (float)value);
            else
                Fill(plan, request, resolved, indexes, answers, static value => value);
        }
        finally
        {
            own?.Dispose();
            states.Release();
        }

        for (var view = 0; view < plan.Views.Length; view++)
            metrics.FeaturesRead(plan.Views[view].Id, request.Features.Statuses(view));
    }

    private static int RowsOf(FeaturePlan plan, InferRequest request)
    {
        // The reader has checked that all have the same length.
        var rows = request.Inputs[plan.Views[0].Keys[0]].Count;
        return rows * plan.Views.Length <= MostEntities
            ? (int)rows
            : throw new RequestFaultException(
                "inputs",
                $"there are {rows} rows; with {plan.Views.Length} feature views, a request has at most {MostEntities / plan.Views.Length}");
    }

    private void SetTimes(FeaturePlan plan, InferRequest request, int rows)
    {
        var given = request.Inputs[plan.Time];
        if (given.Count > 0)
        {
            foreach (var micros in given.Elements<long>())
            {
                if (!Instant.IsValid(micros))
                {
                    throw new RequestFaultException(
                        "inputs",
                        $"'{FeaturePlan.TimeName}' has {micros}; a time is its microseconds since 1970, at most {Instant.MaxMicroseconds}");
                }
            }

            return;
        }

        var now = plan.Inputs[plan.Time].Format.Create([rows]);
        now.Elements<long>().Fill(Instant.From(time.GetUtcNow()).Microseconds);
        given.Dispose();
        request.Inputs[plan.Time] = now;
    }

    // The index of the entity of each view and row. Rows of the same entity share one.
    private static int[] IndexEntities(FeaturePlan plan, InferRequest request, int rows, List<EntityQuery> entities)
    {
        var indexes = new int[plan.Views.Length * rows];
        var known = new Dictionary<EntityQuery, int>(indexes.Length);
        for (var view = 0; view < plan.Views.Length; view++)
        {
            var used = plan.Views[view];
            var keys = new FieldValue[used.Keys.Length];
            for (var row = 0; row < rows; row++)
            {
                for (var i = 0; i < keys.Length; i++)
                    keys[i] = KeyOf(plan.Inputs[used.Keys[i]], request.Inputs[used.Keys[i]], row);
                var entity = new EntityQuery(used.Store, EntityKey.From(keys));
                if (!known.TryGetValue(entity, out var index))
                {
                    known.Add(entity, index = entities.Count);
                    entities.Add(entity);
                }

                indexes[(view * rows) + row] = index;
            }
        }

        return indexes;
    }

    private static FieldValue KeyOf(TensorSpec spec, RuntimeTensor tensor, int row)
    {
        if (!spec.IsText)
            return FieldValue.FromInt64(tensor.Elements<long>()[row]);
        var text = tensor.Value.GetStringElementAsSpan(row);
        // Binary tensor data may be any bytes. Two keys that are not text could become the same one.
        if (!Utf8.IsValid(text))
            throw new RequestFaultException("inputs", $"'{spec.Name}' has an element that is not text in UTF-8, as an entity's key is");
        return text.Length is > 0 and <= EntityKey.MaxTextBytes
            ? FieldValue.FromString(Encoding.UTF8.GetString(text))
            : throw new RequestFaultException(
                "inputs", $"'{spec.Name}' has an element of {text.Length} bytes; an entity's key has 1 to {EntityKey.MaxTextBytes}");
    }

    // An entity without an answer could not be read. Returns the answers that the recent states did not take.
    private async ValueTask<OnlineAnswers?> ReadAsync(
        List<EntityQuery> entities, EntityAnswer?[] answers, StateGeneration states, CancellationToken cancellation)
    {
        var missing = new List<EntityQuery>(entities.Count);
        var places = new List<int>(entities.Count);
        for (var i = 0; i < answers.Length; i++)
        {
            if (states.TryGet(entities[i], out var answer))
            {
                answers[i] = answer;
            }
            else
            {
                missing.Add(entities[i]);
                places.Add(i);
            }
        }

        if (missing.Count == 0)
            return null;
        try
        {
            var read = await cache.Reader.ReadAsync(missing, cancellation);
            for (var i = 0; i < places.Count; i++)
                answers[places[i]] = read.Entities[i];
            Report(null);
            return states.TryTake(missing, read) ? null : read;
        }
        catch (CacheException e)
        {
            Report(e.Message);
            return null;
        }
    }

    private static void Fill<T>(
        FeaturePlan plan, InferRequest request, ResolvedFeatures resolved, int[] indexes, EntityAnswer?[] answers, Func<double, T> convert)
        where T : unmanaged
    {
        var rows = (int)resolved.Tensor.Shape[0];
        var elements = resolved.Tensor.Elements<T>();
        for (var column = 0; column < plan.Columns.Length; column++)
        {
            if (plan.Columns[column].View >= 0)
                continue;
            var input = plan.Columns[column].Index;
            for (var row = 0; row < rows; row++)
                elements[(row * plan.Columns.Length) + column] = convert(NumberOf(plan.Inputs[input], request.Inputs[input], row));
        }

        if (answers.Length < LeastShared)
        {
            for (var view = 0; view < plan.Views.Length; view++)
                FillViewWith(plan, request, resolved, indexes, answers, (view, 0, rows), convert);
        }
        else
        {
            // By rows too, because one view may take much longer than the others.
            var blocks = (rows + BlockRows - 1) / BlockRows;
            Parallel.For(0, plan.Views.Length * blocks, EachProcessor, block => FillViewWith(
                plan,
                request,
                resolved,
                indexes,
                answers,
                (block / blocks, block % blocks * BlockRows, Math.Min(rows, ((block % blocks) + 1) * BlockRows)),
                convert));
        }
    }

    private static void FillViewWith<T>(
        FeaturePlan plan, InferRequest request, ResolvedFeatures resolved, int[] indexes, EntityAnswer?[] answers,
        (int View, int From, int To) part, Func<double, T> convert)
        where T : unmanaged
    {
        var (view, from, to) = part;
        var rows = resolved.Tensor.Shape[0];
        var elements = resolved.Tensor.Elements<T>();
        var times = request.Inputs[plan.Time].Elements<long>();
        var used = plan.Views[view];
        var engine = used.Store.Engine;
        var values = new FeatureValue[engine.Outputs.Count];
        var numbers = new double[used.Request.Length];
        for (var row = from; row < to; row++)
        {
            for (var i = 0; i < numbers.Length; i++)
                numbers[i] = NumberOf(plan.Inputs[used.Request[i]], request.Inputs[used.Request[i]], row);
            (resolved.Sequences(view)[row], resolved.Statuses(view)[row]) =
                RowFeatures.Read(engine, answers[indexes[(view * rows) + row]], new Instant(times[row]), numbers, values);
            for (var column = 0; column < plan.Columns.Length; column++)
            {
                if (plan.Columns[column].View == view)
                    elements[(row * plan.Columns.Length) + column] = convert(values[plan.Columns[column].Index].AsDouble);
            }
        }
    }

    private static double NumberOf(TensorSpec spec, RuntimeTensor tensor, int row) => spec.Datatype switch
    {
        Datatype.Fp64 => tensor.Elements<double>()[row],
        Datatype.Bool => tensor.Elements<bool>()[row] ? 1 : 0,
        _ => tensor.Elements<long>()[row],
    };

    // One line when the reads begin to fail, and one when they work again.
    private void Report(string? failure)
    {
        if (failure is not null)
        {
            Volatile.Write(ref failedAt, time.GetTimestamp());
            if (!Interlocked.Exchange(ref isReported, true))
                FeatureLog.Fails(logger, failure);
        }
        else if (isReported && time.GetElapsedTime(Volatile.Read(ref failedAt)) >= Calm && Interlocked.Exchange(ref isReported, false))
        {
            FeatureLog.Works(logger);
        }
    }
}

internal static partial class FeatureLog
{
    [LoggerMessage(70, LogLevel.Warning, "Features can't be read, so they are defaults, and answers say so: {Why}")]
    internal static partial void Fails(ILogger logger, string why);

    [LoggerMessage(71, LogLevel.Information, "Features are read again")]
    internal static partial void Works(ILogger logger);

    [LoggerMessage(72, LogLevel.Information, "{View} is filled; this version uses {Digest}")]
    internal static partial void Filled(ILogger logger, string view, string digest);
}

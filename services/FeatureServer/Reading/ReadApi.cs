using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using ModelServing.Cache;
using ModelServing.Contracts;
using ModelServing.Contracts.Features;
using ModelServing.Contracts.Predictions;
using ModelServing.FeatureServer.Views;
using ModelServing.Features;
using ModelServing.Features.Engine;
using ModelServing.OnlineStore;

namespace ModelServing.FeatureServer.Reading;

/// <summary>Reads features from the online store, in one round for all entities of a request. It is for people and for programs outside of
/// the platform: Inference reads the store itself.</summary>
internal sealed class ReadApi(ViewsApi views, CacheConnections cache, TimeProvider time, ILogger<ReadApi> logger)
{
    private const int MostInFlight = 64;

    private static readonly TimeSpan SoonAgain = TimeSpan.FromSeconds(1);

    private readonly RequestBody bodies = new(MostInFlight, FeatureQuery.MostBytes, Problems.TooManyReads, time, logger);
    private readonly OnlineReader reader = new(cache.Reads);

    internal Task PostAsync(HttpContext context) => bodies.TakeAsync(context, body => AnswerAsync(context, FeatureQuery.Parse(body.Span)));

    // The parameters are the entity's keys, the request's values, and the time.
    internal async Task GetAsync(HttpContext context)
    {
        if (views.Find(context, out var unknown) is not { Reading: { } view } found)
        {
            await unknown!.Problem.WriteAsync(context, unknown.Detail, retryAfter: unknown.RetryAfter);
            return;
        }

        _ = await bodies.TakeAsync(context, _ => AnswerAsync(context, QueryOf(context.Request.Query, found.Name, view.Engine)));
    }

    private static FeatureQuery QueryOf(IQueryCollection parameters, NamedView name, FeatureEngine engine)
    {
        var entity = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        var request = new Dictionary<string, double>(StringComparer.Ordinal);
        DateTimeOffset? at = null;
        foreach (var (parameter, values) in parameters)
        {
            if (values is not [{ } text])
                throw new ContractException($"{parameter} is there {values.Count} times");
            if (engine.Definition.Entity.Any(key => key.Name == parameter))
                entity[parameter] = JsonSerializer.SerializeToElement(text, ReadingJson.Default.String);
            else if (engine.Definition.Request.Any(value => value.Name == parameter))
                request[parameter] = double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
                    ? number
                    : throw new ContractException($"{parameter} is '{text}'; it must be a number");
            else if (parameter == "time")
                at = IsoTime.TryParse(text, out var parsed) ? parsed : throw new ContractException($"time must be {IsoTime.Form}");
            else
                throw new ContractException($"{parameter} is neither a key of {engine.Definition.Id} nor a value of a request nor 'time'");
        }

        return new FeatureQuery([new EntityRead(name.View, name.Version, entity) { Request = request }]) { Time = at };
    }

    private async Task<Refusal?> AnswerAsync(HttpContext context, FeatureQuery query)
    {
        var at = query.Time ?? time.GetUtcNow();
        if (!Instant.TryFrom(at, out var instant))
            throw new ContractException($"time is {IsoTime.Write(at)}; it must be between 1970 and 2255");
        var queries = new EntityQuery[query.Reads.Count];
        for (var i = 0; i < queries.Length; i++)
        {
            var read = query.Reads[i];
            if (views.Find(read.View, read.Version, out var refusal) is not { Reading: { } view })
                return refusal! with { Detail = $"reads[{i}]: {refusal.Detail}" };
            queries[i] = new EntityQuery(view, EntityJson.KeyOf(view.Engine.Definition, read.Entity, $"reads[{i}].entity"));
        }

        List<EntityFeatures> features;
        try
        {
            using var answers = await reader.ReadAsync(queries, context.RequestAborted);
            features = [.. queries.Select(
                (asked, i) => Finalise(asked, query.Reads[i], answers.Entities[i], instant, $"reads[{i}].request"))];
        }
        catch (CacheException e)
        {
            return new Refusal(Problems.CacheUnavailable, e.Message, SoonAgain);
        }

        await JsonAnswer.WriteAsync(context, new FeatureAnswer(instant.ToDateTimeOffset(), features).ToUtf8());
        return null;
    }

    private static EntityFeatures Finalise(EntityQuery asked, EntityRead read, EntityAnswer answer, Instant at, string place)
    {
        var engine = asked.View.Engine;
        var request = EntityJson.RequestOf(engine.Definition, read.Request, place);
        var values = new FeatureValue[engine.Outputs.Count];
        var sequence = Finalise(engine, answer, at, request, values);
        return new EntityFeatures(
            read.View,
            read.Version,
            engine.Digest,
            asked.Entity.Text,
            answer.IsFilled,
            sequence,
            [.. engine.Outputs.Select((output, i) => new ReadFeature(
                output.Name,
                double.IsFinite(values[i].AsDouble) ? values[i].AsDouble : null,
                values[i].Status.ToString().ToLowerInvariant(),
                values[i].Bits.ToString("x16", CultureInfo.InvariantCulture)))]);
    }

    // A damaged state is one that the store does not have.
    private static long Finalise(FeatureEngine engine, EntityAnswer answer, Instant at, double[] request, FeatureValue[] values)
    {
        try
        {
            return engine.Read(answer.Encoded.Span, at, request, values).Sequence;
        }
        catch (FeatureStateException)
        {
            return engine.Read(default, at, request, values).Sequence;
        }
    }
}

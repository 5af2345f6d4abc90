using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using System.Text.RegularExpressions;
using ModelServing.Contracts.Admin;
using ModelServing.Contracts.Experiments;
using ModelServing.Contracts.Features;
using ModelServing.Contracts.Journal;
using ModelServing.Contracts.Monitoring;
using ModelServing.Contracts.Predictions;

namespace ModelServing.Contracts;

/// <summary>The documents' form in JSON: camelCase, indented, without unknown members.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    AllowDuplicateProperties = false,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    WriteIndented = true,
    NewLine = "\n")]
[JsonSerializable(typeof(PlanDocument))]
[JsonSerializable(typeof(EndpointsDocument))]
[JsonSerializable(typeof(PoolDocument))]
[JsonSerializable(typeof(RolloutsStatus))]
[JsonSerializable(typeof(ModelStatus))]
[JsonSerializable(typeof(RollbackRequest))]
[JsonSerializable(typeof(ResetRequest))]
[JsonSerializable(typeof(JournalEvent))]
[JsonSerializable(typeof(RolloutHistory))]
[JsonSerializable(typeof(ClientsDocument))]
[JsonSerializable(typeof(MetricPost))]
[JsonSerializable(typeof(MetricPostAnswer))]
[JsonSerializable(typeof(FiringAlarms))]
[JsonSerializable(typeof(Outcome))]
[JsonSerializable(typeof(OutcomeBatch))]
[JsonSerializable(typeof(ObservedOutcome))]
[JsonSerializable(typeof(StoredOutcomes))]
[JsonSerializable(typeof(PredictionsPage))]
[JsonSerializable(typeof(RequestPredictions))]
[JsonSerializable(typeof(IReadOnlyList<PredictionFeatures>))]
[JsonSerializable(typeof(AcceptedEvents))]
[JsonSerializable(typeof(FeatureQuery))]
[JsonSerializable(typeof(FeatureAnswer))]
[JsonSerializable(typeof(ServedViews))]
[JsonSerializable(typeof(ExperimentDocument))]
[JsonSerializable(typeof(ReplayDocument))]
[JsonSerializable(typeof(string[]))]
internal sealed partial class ContractsJson : JsonSerializerContext
{
    /// <summary>The same on one line. A store of JSON may return the members in another order.</summary>
    internal static ContractsJson Compact => OneLine.Context;

    internal static byte[] Write<T>(T document, JsonTypeInfo<T> type) =>
        [.. JsonSerializer.SerializeToUtf8Bytes(document, type), (byte)'\n'];

    internal static T Read<T>(ReadOnlySpan<byte> utf8, JsonTypeInfo<T> type, string what)
    {
        try
        {
            return JsonSerializer.Deserialize<T>(utf8, OptionsFor(type)) ?? throw new ContractException($"the {what} is null");
        }
        catch (JsonException e)
        {
            throw new ContractException($"the {what} can't be read: {MessageOf(e)}", e);
        }
    }

    /// <summary>Reads a document that a caller wrote (<see cref="CallerJson"/>).</summary>
    internal static T ReadFromCaller<T>(ReadOnlySpan<byte> utf8, JsonTypeInfo<T> type, string what) =>
        Read(CallerJson.Read(utf8, what), type, what);

    /// <summary>The options with which a document is read.</summary>
    internal static JsonSerializerOptions OptionsFor(JsonTypeInfo type) =>
        type.Options.WriteIndented ? Reading.Indented : Reading.OneLine;

    /// <summary>Checks <c>schema</c> before anything else, so that the error for a newer document names its schema and not its new
    /// members.</summary>
    internal static void RequireSchema(ReadOnlySpan<byte> utf8, int known, string what)
    {
        try
        {
            var reader = new Utf8JsonReader(utf8);
            using var document = JsonDocument.ParseValue(ref reader);
            if (document.RootElement.ValueKind != JsonValueKind.Object || !document.RootElement.TryGetProperty("schema", out var schema))
                throw new ContractException($"the {what} has no 'schema'");
            if (schema.ValueKind != JsonValueKind.Number || !schema.TryGetInt32(out var number))
                throw new ContractException($"the {what} has a 'schema' that is not a whole number; this program reads schema {known}");
            if (number != known)
                throw new ContractException($"the {what} has schema {number}; this program reads schema {known}");
        }
        catch (JsonException e)
        {
            throw new ContractException($"the {what} is not JSON: {MessageOf(e)}", e);
        }
    }

    // The serializer appends the place to its own messages, but not to those of our converters. So it is cut off, and then added to all.
    private static string MessageOf(JsonException e)
    {
        // The names of our types say nothing to a caller.
        var message = TypeName.Replace(e.Message, "");
        foreach (var place in (ReadOnlySpan<string>)[" Path: ", " LineNumber: "])
        {
            if (message.LastIndexOf(place, StringComparison.Ordinal) is var at and >= 0)
                message = message[..at];
        }

        return (e.Path, e.LineNumber) switch
        {
            ({ Length: > 0 } path, { } line) => $"{message} ({path}, line {line + 1})",
            (_, { } line) => $"{message} (line {line + 1})",
            _ => message,
        };
    }

    [GeneratedRegex(@"(?: contained in type| for type| to) '?ModelServing\.[\w.+`]+'?", RegexOptions.CultureInvariant)]
    private static partial Regex TypeName { get; }

    private static class Reading
    {
        internal static readonly JsonSerializerOptions Indented = Create(Default.Options);
        internal static readonly JsonSerializerOptions OneLine = Create(Compact.Options);

        private static JsonSerializerOptions Create(JsonSerializerOptions options) =>
            new(options) { TypeInfoResolver = new KeptDefaults(Default) };
    }

    // A separate class, so that the generated part is initialized first.
    private static class OneLine
    {
        internal static readonly ContractsJson Context = new(new JsonSerializerOptions(Default.Options)
        {
            WriteIndented = false,
            AllowOutOfOrderMetadataProperties = true,
        });
    }
}

using System.Text.Json;
using System.Text.Json.Serialization;
using ModelServing.Contracts;
using ModelServing.Features.Engine;
using ModelServing.Features.Expressions;
using ModelServing.Registry;

namespace ModelServing.Features.Definitions;

/// <summary>The definition of a version of a feature view. It is published once and never changes.</summary>
public sealed record ViewDefinition
{
    /// <summary>The only schema that this program writes and reads.</summary>
    public const int CurrentSchema = 1;

    /// <summary>The most bytes of a definition as JSON.</summary>
    public const int MaxBytes = 1024 * 1024;

    /// <summary>The default of <see cref="Tail"/>.</summary>
    public const int DefaultTail = 256;

    [JsonRequired]
    public int Schema { get; init; } = CurrentSchema;

    /// <summary>The version of the engine that computes it, so that the digest covers the engine too.</summary>
    [JsonRequired]
    public int Engine { get; init; } = FeatureEngine.Version;

    public required ViewName View { get; init; }

    public required int Version { get; init; }

    /// <summary>The keys of an entity, in the order in which they identify it. An event has them as fields.</summary>
    public required IReadOnlyList<NamedType> Entity { get; init; }

    public required IReadOnlyList<SourceDefinition> Sources { get; init; }

    /// <summary>How much older than the newest event of its entity an event may be.</summary>
    [JsonConverter(typeof(MillisecondsJsonConverter))]
    [JsonPropertyName("latenessMs")]
    public required TimeSpan Lateness { get; init; }

    /// <summary>How long after its newest event an entity's features can be read.</summary>
    [JsonConverter(typeof(MillisecondsJsonConverter))]
    [JsonPropertyName("ttlMs")]
    public required TimeSpan TimeToLive { get; init; }

    /// <summary>The most identifiers of events in an entity's state, which recognise repeated events.</summary>
    public int Tail { get; init; } = DefaultTail;

    /// <summary>The features, in the order of the values that a reader gets.</summary>
    public required IReadOnlyList<FeatureDefinition> Features { get; init; }

    /// <summary>The values that a request brings, for expressions.</summary>
    public required IReadOnlyList<NamedType> Request { get; init; }

    [JsonIgnore]
    public ViewId Id => new(View, Version);

    /// <summary>The digest of the definition and the engine's version: <c>sha256:</c> and 64 hexadecimal digits.</summary>
    [JsonIgnore]
    public string Digest => Sha256Digest.Compute(ToUtf8());

    /// <summary>How old an event can be and still count in a value that is present. An entity is expired <see cref="TimeToLive"/> after its
    /// newest event, and a window with its delay, its hop and the lateness is never longer than that.</summary>
    [JsonIgnore]
    public TimeSpan History => 2 * TimeToLive + TimeSpan.FromMinutes(1);

    /// <summary>The canonical JSON: on one line, so that equal definitions have equal bytes.</summary>
    public byte[] ToUtf8() => JsonSerializer.SerializeToUtf8Bytes(this, FeaturesJson.Default.ViewDefinition);

    /// <summary>The same definition with its conditions and expressions in their canonical form, so that spaces and needless brackets do
    /// not change its digest.</summary>
    /// <exception cref="ExpressionException">The definition breaks a rule.</exception>
    public ViewDefinition ToCanonical() => this with
    {
        Features = [.. Features.Select(feature => feature switch
        {
            WindowFeature { Where: { } where } window => window with
            {
                Where = Expression.Parse(
                    where, Scopes.ForConditions(this, Sources.First(source => source.Name == window.Source))).ToString(),
            },
            ExpressionFeature expression => expression with
            {
                Expression = Expression.Parse(expression.Expression, Scopes.ForFeatures(this, expression.Name)).ToString(),
            },
            _ => feature,
        })],
    };

    /// <summary>Whether a feature depends on the time of reading alone, as in <c>hour(time)</c>.</summary>
    public bool IsOfTimeAlone(string feature) =>
        Features.FirstOrDefault(one => one.Name == feature) is ExpressionFeature { Expression: var text }
        && Expression.Parse(text, Scopes.ForFeatures(this, feature)).Names
            .All(name => name == ExpressionSyntax.Time || IsOfTimeAlone(name));

    /// <summary>Reads a definition.</summary>
    /// <exception cref="ContractException">The bytes are not JSON of a definition that this engine computes. The message says
    /// where.</exception>
    public static ViewDefinition Parse(ReadOnlySpan<byte> utf8)
    {
        if (utf8.Length > MaxBytes)
            throw new ContractException($"the view's definition has {utf8.Length} bytes; at most {MaxBytes} are read");
        try
        {
            var numbers = JsonSerializer.Deserialize(utf8, FeaturesJson.Default.SchemaNumber)!;
            if (numbers.Schema != CurrentSchema)
            {
                throw new ContractException(
                    $"the view's definition has schema {numbers.Schema}; this program reads schema {CurrentSchema}");
            }

            if (numbers.Engine != FeatureEngine.Version)
            {
                throw new ContractException(
                    $"the view's definition is for version {numbers.Engine} of the engine; " +
                    $"this program has version {FeatureEngine.Version}");
            }

            var view = JsonSerializer.Deserialize(utf8, FeaturesJson.Default.ViewDefinition)!;
            // The serializer does not check the items of a list.
            if (view.Entity.Contains(null!) || view.Sources.Any(static source => source is null || source.Fields.Contains(null!)) ||
                view.Features.Contains(null!) || view.Request.Contains(null!))
                throw new ContractException("the view's definition has a list with null in it");
            return view;
        }
        // The second is for a feature without its kind.
        catch (Exception e) when (e is JsonException or NotSupportedException)
        {
            throw new ContractException($"the view's definition can't be read: {e.Message}", e);
        }
    }
}

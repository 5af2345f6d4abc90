using System.Text.Json;
using System.Text.Json.Serialization;
using ModelServing.Contracts.Admin;
using ModelServing.Contracts.Features;
using ModelServing.Contracts.Predictions;

namespace ModelServing.Contracts;

/// <summary>A client's permissions.</summary>
[JsonConverter(typeof(ClientRoleJsonConverter))]
public enum ClientRole
{
    /// <summary>May send requests to models.</summary>
    Caller,

    /// <summary>May send requests to models, and select the variant that answers (<see cref="HeaderNames.ModelVariant"/>).</summary>
    Tester,

    /// <summary>May post outcomes (<see cref="OutcomePaths"/>) and events (<see cref="FeaturePaths.Events"/>), and nothing else.</summary>
    Reporter,

    /// <summary>May do all of this, and use the admin API (<see cref="AdminPaths.Prefix"/>).</summary>
    Operator,
}

/// <summary>Writes a <see cref="ClientRole"/> as its name in lower case, and reads nothing else.</summary>
public sealed class ClientRoleJsonConverter : JsonConverter<ClientRole>
{
    public override ClientRole Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        (reader.TokenType == JsonTokenType.String ? reader.GetString() : null) switch
        {
            "caller" => ClientRole.Caller,
            "tester" => ClientRole.Tester,
            "reporter" => ClientRole.Reporter,
            "operator" => ClientRole.Operator,
            _ => throw new JsonException("a role is 'caller', 'tester', 'reporter' or 'operator'"),
        };

    public override void Write(Utf8JsonWriter writer, ClientRole value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value switch
        {
            ClientRole.Caller => "caller",
            ClientRole.Tester => "tester",
            ClientRole.Reporter => "reporter",
            ClientRole.Operator => "operator",
            _ => throw new ArgumentOutOfRangeException(nameof(value)),
        });
}

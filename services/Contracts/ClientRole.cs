using System.Text.Json;
using System.Text.Json.Serialization;
using ModelServing.Contracts.Admin;

namespace ModelServing.Contracts;

/// <summary>A client's permissions. Each role includes those before it.</summary>
[JsonConverter(typeof(ClientRoleJsonConverter))]
public enum ClientRole
{
    /// <summary>May send requests to models.</summary>
    Caller,

    /// <summary>May select a variant of a rollout (<see cref="HeaderNames.ModelVariant"/>).</summary>
    Tester,

    /// <summary>May use the admin API (<see cref="AdminPaths.Prefix"/>).</summary>
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
            "operator" => ClientRole.Operator,
            _ => throw new JsonException("a role is 'caller', 'tester' or 'operator'"),
        };

    public override void Write(Utf8JsonWriter writer, ClientRole value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value switch
        {
            ClientRole.Caller => "caller",
            ClientRole.Tester => "tester",
            ClientRole.Operator => "operator",
            _ => throw new ArgumentOutOfRangeException(nameof(value)),
        });
}

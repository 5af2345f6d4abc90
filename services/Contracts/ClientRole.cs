using System.Text.Json;
using System.Text.Json.Serialization;
using ModelServing.Contracts.Admin;

namespace ModelServing.Contracts;

/// <summary>What a client may do. Each role may do what those before it may.</summary>
[JsonConverter(typeof(ClientRoleJsonConverter))]
public enum ClientRole
{
    /// <summary>Ask models.</summary>
    Caller,

    /// <summary>Name a variant of a rollout (<see cref="HeaderNames.ModelVariant"/>).</summary>
    Tester,

    /// <summary>Use the admin API (<see cref="AdminPaths.Prefix"/>).</summary>
    Operator,
}

/// <summary>Writes a <see cref="ClientRole"/> as its name in lower case, and reads nothing else.</summary>
public sealed class ClientRoleJsonConverter : JsonConverter<ClientRole>
{
    /// <inheritdoc/>
    public override ClientRole Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => (reader.TokenType == JsonTokenType.String ? reader.GetString() : null) switch
    {
        "caller" => ClientRole.Caller,
        "tester" => ClientRole.Tester,
        "operator" => ClientRole.Operator,
        _ => throw new JsonException("a role is 'caller', 'tester' or 'operator'"),
    };

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, ClientRole value, JsonSerializerOptions options) => writer.WriteStringValue(value switch
    {
        ClientRole.Caller => "caller",
        ClientRole.Tester => "tester",
        ClientRole.Operator => "operator",
        _ => throw new ArgumentOutOfRangeException(nameof(value)),
    });
}

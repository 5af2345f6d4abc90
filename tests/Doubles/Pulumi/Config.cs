using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json;

namespace Pulumi;

/// <summary>A namespace of the stack's configuration, by default the project's.</summary>
public sealed class Config
{
    private readonly string name;

    public Config(string? name = null)
    {
        name ??= Deployment.Instance.ProjectName;
        this.name = name.EndsWith(":config", StringComparison.Ordinal) ? name[..^":config".Length] : name;
    }

    public string? Get(string key) => Deployment.Inner.FindConfig(Full(key));

    public bool? GetBoolean(string key) => Get(key) switch
    {
        null => null,
        "true" => true,
        "false" => false,
        var text => throw Misfit(key, text, nameof(Boolean)),
    };

    public int? GetInt32(string key) => Get(key) is not { } text ? null
        : int.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw Misfit(key, text, nameof(Int32));

    public double? GetDouble(string key) => Get(key) is not { } text ? null
        : double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw Misfit(key, text, nameof(Double));

    [return: MaybeNull]
    public T GetObject<T>(string key) => GetObject<T>(key, null!);

    [return: MaybeNull]
    public T GetObject<T>(string key, JsonSerializerOptions options)
    {
        var text = Get(key);
        try
        {
            return text is null ? default : JsonSerializer.Deserialize<T>(text, options);
        }
        catch (JsonException exception)
        {
            throw new ConfigException($"Configuration '{Full(key)}' value '{text}' is not a valid {typeof(T).FullName}", exception);
        }
    }

    public Output<string>? GetSecret(string key) => Get(key) is { } text ? Output.CreateSecret(text) : null;

    public Output<bool>? GetSecretBoolean(string key) => GetBoolean(key) is { } flag ? Output.CreateSecret(flag) : null;

    public Output<int>? GetSecretInt32(string key) => GetInt32(key) is { } number ? Output.CreateSecret(number) : null;

    public Output<double>? GetSecretDouble(string key) => GetDouble(key) is { } number ? Output.CreateSecret(number) : null;

    public Output<T>? GetSecretObject<T>(string key) => GetObject<T>(key) is { } value ? Output.CreateSecret(value) : null;

    public string Require(string key) => Get(key) ?? throw Missing(key);

    public bool RequireBoolean(string key) => GetBoolean(key) ?? throw Missing(key);

    public int RequireInt32(string key) => GetInt32(key) ?? throw Missing(key);

    public double RequireDouble(string key) => GetDouble(key) ?? throw Missing(key);

    public T RequireObject<T>(string key) => Get(key) is null ? throw Missing(key) : GetObject<T>(key)!;

    public T RequireObject<T>(string key, JsonSerializerOptions options) =>
        Get(key) is null ? throw Missing(key) : GetObject<T>(key, options)!;

    public Output<string> RequireSecret(string key) => Output.CreateSecret(Require(key));

    public Output<bool> RequireSecretBoolean(string key) => Output.CreateSecret(RequireBoolean(key));

    public Output<int> RequireSecretInt32(string key) => Output.CreateSecret(RequireInt32(key));

    public Output<double> RequireSecretDouble(string key) => Output.CreateSecret(RequireDouble(key));

    public Output<T> RequireSecretObject<T>(string key) => Output.CreateSecret(RequireObject<T>(key));

    private string Full(string key) => $"{name}:{key}";

    private ConfigException Misfit(string key, string text, string type) =>
        new($"Configuration '{Full(key)}' value '{text}' is not a valid {type}");

    private ConfigException Missing(string key) => new($"Missing Required configuration variable '{Full(key)}'\n" +
        $"\tplease set a value using the command `pulumi config set {Full(key)} <value>`");

    private sealed class ConfigException(string message, Exception? inner = null) : RunException(message, inner);
}

using System.Globalization;
using System.Reflection;

namespace ModelServing.Contracts;

/// <summary>
/// One setting of a host: a property, its environment variable, and the form of the variable's value. A table of these rows is all that the
/// settings' records need to read themselves from an environment and to write themselves to one. A variable that is not set leaves the
/// property's default; a property that is null, or a flag that is off, is not written.
/// </summary>
internal sealed class HostSetting
{
    /// <summary>The form of an <see cref="Address"/>, for errors.</summary>
    internal const string AddressForm = "an address without a path, as in https://HOST";

    private readonly Func<HostEnvironment, object?> read;
    private readonly Action<object, IDictionary<string, string>> write;

    private HostSetting(string property, Func<HostEnvironment, object?> read, Action<object, IDictionary<string, string>> write)
    {
        Property = property;
        this.read = read;
        this.write = write;
    }

    internal string Property { get; }

    /// <summary>Any text.</summary>
    /// <param name="property">The property's name.</param>
    /// <param name="variable">The variable; by default <see cref="HostEnvironment.NameOf"/> the property.</param>
    internal static HostSetting Text(string property, string? variable = null) =>
        Value(property, "", static text => text, variable: variable);

    /// <summary>A text that must be set. Its form is for the error; whoever uses the text checks it.</summary>
    internal static HostSetting RequiredText(string property, string form) => Value(property, form, static text => text, isRequired: true);

    /// <summary><c>true</c> or <c>false</c>; false is the default, and is not written.</summary>
    internal static HostSetting Flag(string property, string? variable = null) => Value(
        property,
        "'true' or 'false'",
        static text => bool.TryParse(text, out var flag) ? flag : null,
        static value => (bool)value ? "true" : null,
        variable: variable);

    /// <summary>A whole number, for a property of type int or long, or of one of them that may be null.</summary>
    internal static HostSetting Whole(string property, long least, long most, string? variable = null) => Value(
        property,
        $"a whole number from {least} to {most}",
        text => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most
            ? number
            : null,
        variable: variable);

    /// <summary>A number of seconds, up to a day, for a property of type TimeSpan.</summary>
    internal static HostSetting Seconds(string property, decimal least = 0) => Value(
        property,
        string.Create(CultureInfo.InvariantCulture, $"a number of seconds from {least} to 86400"),
        text => decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds)
            && seconds >= least && seconds <= 86_400
            ? TimeSpan.FromTicks((long)(seconds * TimeSpan.TicksPerSecond))
            : null,
        // In decimals: a double's digits may have an exponent, and some ticks would get lost.
        static value => (((TimeSpan)value).Ticks / (decimal)TimeSpan.TicksPerSecond).ToString(CultureInfo.InvariantCulture));

    /// <summary>The address of a service. A path is refused because OCI's SDK would drop it without an error.</summary>
    internal static HostSetting Address(string property, string form = AddressForm, bool isRequired = false, string? variable = null) =>
        Value(
        property,
        form,
        static text => IsAddress(text) ? text : null,
        isRequired: isRequired,
        variable: variable);

    /// <summary>A value of any other kind.</summary>
    /// <param name="property">The property's name.</param>
    /// <param name="form">What the variable must be, for errors.</param>
    /// <param name="parse">Returns the property's value; null for a text that is not of the form.</param>
    /// <param name="format">Returns the variable's value, or null to write none; by default the value's own text.</param>
    /// <param name="isRequired">Whether a missing variable is an error.</param>
    /// <param name="variable">The variable; by default <see cref="HostEnvironment.NameOf"/> the property.</param>
    internal static HostSetting Value(
        string property,
        string form,
        Func<string, object?> parse,
        Func<object, string?>? format = null,
        bool isRequired = false,
        string? variable = null)
    {
        variable ??= HostEnvironment.NameOf(property);
        return new HostSetting(
            property,
            environment => environment.Get(variable) is { } text ? parse(text) ?? throw HostEnvironment.Wrong(variable, text, form)
                : isRequired ? throw HostEnvironment.Missing(variable, form)
                : null,
            (value, variables) =>
            {
                if ((format is null ? Convert.ToString(value, CultureInfo.InvariantCulture) : format(value)) is { } text)
                    variables[variable] = text;
            });
    }

    /// <summary>Settings with variables of their own, as one property; null where they are not set.</summary>
    internal static HostSetting Group<T>(string property, Func<HostEnvironment, T?> read, Action<T, IDictionary<string, string>> write)
        where T : class => new(property, read, (value, variables) => write((T)value, variables));

    /// <summary>Sets the property from the environment.</summary>
    /// <exception cref="ContractException">The variable is missing or wrong; the message names it and its form.</exception>
    internal void Read(HostEnvironment environment, object settings)
    {
        if (read(environment) is not { } value)
            return;
        var target = PropertyOf(settings);
        target.SetValue(settings, value is long number && IsInt(target.PropertyType) ? (int)number : value);
    }

    /// <summary>Adds the variable to <paramref name="variables"/>.</summary>
    internal void Write(object settings, IDictionary<string, string> variables)
    {
        if (PropertyOf(settings).GetValue(settings) is { } value)
            write(value, variables);
    }

    private static bool IsInt(Type type) => type == typeof(int) || type == typeof(int?);

    private static bool IsAddress(string text) => Uri.TryCreate(text, UriKind.Absolute, out var address)
        && (address.Scheme == Uri.UriSchemeHttps || address.Scheme == Uri.UriSchemeHttp)
        && address.PathAndQuery == "/" && address.Fragment.Length == 0 && address.UserInfo.Length == 0;

    private PropertyInfo PropertyOf(object settings) => settings.GetType().GetProperty(Property)
        ?? throw new InvalidOperationException($"{settings.GetType().Name} has no public property {Property}");
}

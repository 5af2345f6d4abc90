namespace ModelServing.Doubles;

/// <summary>One property of a resource, an invoke or a type. The head of the description explains the line's format.</summary>
internal sealed class Property
{
    internal Property(string line)
    {
        var words = line.Split([' '], StringSplitOptions.RemoveEmptyEntries);
        var names = words[0].Split('=');
        Wire = names[0];
        Name = names.Length > 1 ? names[1] : char.ToUpperInvariant(Wire[0]) + Wire.Substring(1);
        Type = words[1];
        var flags = words.Skip(2).ToArray();
        IsRequired = flags.Contains("*");
        IsNullable = flags.Contains("?");
        IsJson = flags.Contains("json");
        IsSecret = flags.Contains("secret");
        IsInput = !flags.Contains("out");
        IsOutput = !flags.Contains("in");
    }

    internal string Wire { get; }

    internal string Name { get; }

    internal string Type { get; }

    internal bool IsRequired { get; }

    internal bool IsNullable { get; }

    internal bool IsJson { get; }

    internal bool IsSecret { get; }

    internal bool IsInput { get; }

    internal bool IsOutput { get; }
}

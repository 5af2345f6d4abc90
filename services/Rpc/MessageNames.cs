using System.Text;
using ModelServing.Contracts;

namespace ModelServing.Rpc;

/// <summary>Finds the model's name and version in the first bytes of an inference request, which is a protobuf message. Its tensors are not
/// looked at.</summary>
/// <remarks>Writers write fields in the order of their numbers, so the names come first. A short message is looked through completely, in
/// whatever order it is written.</remarks>
internal ref struct MessageNames
{
    private const int Model = 1;
    private const int Version = 2;

    private ReadOnlySpan<byte> model;
    private ReadOnlySpan<byte> version;
    private bool isPastNames;

    /// <summary>What the search has found.</summary>
    internal NamesFound Found { get; private set; }

    /// <summary>The path for the request, which may name a model that no plan can have.</summary>
    internal readonly string Path => PathOf(Encoding.UTF8.GetString(model), Encoding.UTF8.GetString(version)) + "/infer";

    /// <summary>The path of a model, or of one of its versions unless <paramref name="version"/> is empty.</summary>
    internal static string PathOf(string model, string version) => version.Length == 0
        ? InferencePaths.Models + PartOf(model)
        : $"{InferencePaths.Models}{PartOf(model)}/versions/{PartOf(version)}";

    /// <summary>Searches the beginning of a message.</summary>
    /// <param name="bytes">The beginning.</param>
    /// <param name="isWhole">Whether it is all of the message.</param>
    internal static MessageNames Search(ReadOnlySpan<byte> bytes, bool isWhole)
    {
        var names = new MessageNames();
        names.Read(bytes, isWhole);
        return names;
    }

    private void Read(ReadOnlySpan<byte> bytes, bool isWhole)
    {
        while (!bytes.IsEmpty)
        {
            // Whatever is wrong with the rest is left to the version.
            if (!TryReadNumber(ref bytes, out var tag))
                break;
            var field = tag >> 3;
            isPastNames |= field > Version;
            if (!TryReadValue(ref bytes, (int)(tag & 7), out var value))
                break;
            if (field == Model)
                model = value;
            else if (field == Version)
                version = value;
        }

        Found = !model.IsEmpty && (isWhole || isPastNames) ? NamesFound.All
            : isWhole ? NamesFound.None
            : NamesFound.NotYet;
    }

    private static bool TryReadValue(scoped ref ReadOnlySpan<byte> bytes, int kind, out ReadOnlySpan<byte> value)
    {
        const int Number = 0;
        const int Eight = 1;
        const int Bytes = 2;
        const int Four = 5;
        value = default;
        switch (kind)
        {
            case Number:
                return TryReadNumber(ref bytes, out _);
            case Eight or Four:
                var size = kind == Eight ? 8 : 4;
                if (bytes.Length < size)
                    return false;
                bytes = bytes[size..];
                return true;
            case Bytes:
                if (!TryReadNumber(ref bytes, out var length) || length > (ulong)bytes.Length)
                    return false;
                value = bytes[..(int)length];
                bytes = bytes[(int)length..];
                return true;
            default:
                return false;
        }
    }

    // A varint.
    private static bool TryReadNumber(ref ReadOnlySpan<byte> bytes, out ulong number)
    {
        const int MostBytes = 10;
        number = 0;
        for (var i = 0; i < Math.Min(bytes.Length, MostBytes); i++)
        {
            number |= (ulong)(bytes[i] & 0x7F) << (7 * i);
            if (bytes[i] >= 0x80)
                continue;
            bytes = bytes[(i + 1)..];
            return true;
        }

        return false;
    }

    // One part of a path, whatever the name contains.
    private static string PartOf(string name) => ModelName.TryParse(name, null, out _) ? name : Uri.EscapeDataString(name);
}

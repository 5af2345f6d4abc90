using System.Text;
using Google.Protobuf;

namespace ModelServing.Services.Tests.Hosting;

/// <summary>A span, as OTLP's message has it.</summary>
internal sealed record ExportedSpan(string Trace, string Id, string Parent, string Name, IReadOnlyDictionary<string, string> Tags)
{
    /// <summary>When it began and ended, in nanoseconds since 1970.</summary>
    internal ulong Began { get; private init; }

    internal ulong Ended { get; private init; }

    /// <summary>Reads the spans of an ExportTraceServiceRequest.</summary>
    internal static IEnumerable<ExportedSpan> ReadAll(byte[] request) =>
        from resource in Fields(request, 1)
        from scope in Fields(resource, 2)
        from span in Fields(scope, 2)
        select Read(span);

    private static ExportedSpan Read(byte[] span) => new(
        Hex(Fields(span, 1)),
        Hex(Fields(span, 2)),
        Hex(Fields(span, 4)),
        Encoding.UTF8.GetString(Fields(span, 5).Single()),
        Fields(span, 9).ToDictionary(
            static tag => Encoding.UTF8.GetString(Fields(tag, 1).Single()),
            static tag => Fields(tag, 2).Select(static value => Fields(value, 1).Select(Encoding.UTF8.GetString).FirstOrDefault() ?? "")
                .Single()))
    {
        Began = Time(span, 7),
        Ended = Time(span, 8),
    };

    private static string Hex(IEnumerable<byte[]> field) => Convert.ToHexStringLower(field.FirstOrDefault() ?? []);

    private static ulong Time(byte[] message, int field)
    {
        var input = new CodedInputStream(message);
        while (input.ReadTag() is var tag and not 0)
        {
            if (WireFormat.GetTagFieldNumber(tag) == field)
                return input.ReadFixed64();
            input.SkipLastField();
        }

        return 0;
    }

    // The values of a field that has a length.
    private static List<byte[]> Fields(byte[] message, int field)
    {
        var found = new List<byte[]>();
        var input = new CodedInputStream(message);
        while (input.ReadTag() is var tag and not 0)
        {
            if (WireFormat.GetTagFieldNumber(tag) == field && WireFormat.GetTagWireType(tag) == WireFormat.WireType.LengthDelimited)
                found.Add(input.ReadBytes().ToByteArray());
            else
                input.SkipLastField();
        }

        return found;
    }
}

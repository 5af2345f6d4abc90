using System.Text;
using CsCheck;
using ModelServing.Contracts;

namespace ModelServing.Services.Tests.Contracts;

public class EndpointsDocumentTests
{
    private const string Text = """
        {
          "schema": 1,
          "endpoints": [
            {
              "model": "fraud",
              "version": 2,
              "address": "127.0.0.1:40001",
              "process": 4711
            }
          ]
        }

        """;

    [Fact]
    public void It_reads_and_writes_the_documented_form()
    {
        var document = Parse(Text);
        Assert.Equal([new EndpointEntry(ModelName.Parse("fraud"), new ModelVersion(2), "127.0.0.1:40001", 4711)], document.Endpoints);
        Assert.Equal(Text, Encoding.UTF8.GetString(document.ToUtf8()));
    }

    [Fact]
    public void A_written_document_is_read_back() =>
        Gen.Select(Gen.Int[1, ModelVersion.MaxNumber], Gen.Int[1, 65535], Gen.Int, Gen.Bool)
            .Select((
                version,
                port,
                process,
                six) => new EndpointEntry(
                    ModelName.Parse("m"),
                    new ModelVersion(version),
                    $"{(six ? "[::1]" : "127.0.0.1")}:{port}",
                    process))
            .Array[0, 5]
            .Sample(entries => entries.SequenceEqual(EndpointsDocument.Parse(new EndpointsDocument
            {
                Schema = 1,
                Endpoints = entries,
            }.ToUtf8()).Endpoints));

    [Theory]
    [InlineData("\"schema\": 1,", "\"schema\": 3, \"wonder\": 1,", "the endpoints file has schema 3; this program reads schema 1")]
    [InlineData("\"schema\": 1,", "", "the endpoints file has no 'schema'")]
    [InlineData("\"process\"", "\"wonder\"", "wonder")]
    [InlineData("\"model\": \"fraud\",", "", "model")]
    [InlineData("\"model\": \"fraud\",", "\"model\": null,", "model")]
    [InlineData("\"model\": \"fraud\",", "\"model\": 1,", "($.endpoints[0].model, line 5)")]
    [InlineData("\"model\": \"fraud\",", "\"model\": \"\\ud800\",", "model")]
    [InlineData("\"version\": 2,", "", "version")]
    [InlineData("\"version\": 2,", "\"version\": 1e3,", "a version is")]
    [InlineData("\"address\": \"127.0.0.1:40001\",", "", "address")]
    [InlineData("127.0.0.1:40001", "127.0.0.1", "endpoints[0].address '127.0.0.1' is not an IP address with a port")]
    [InlineData("127.0.0.1:40001", "127.0.0.1:0", "is not an IP address with a port")]
    [InlineData("127.0.0.1:40001", "127.0.0.1:65536", "is not an IP address with a port")]
    [InlineData("127.0.0.1:40001", "some-host:80", "is not an IP address with a port")]
    [InlineData("127.0.0.1:40001", "http://127.0.0.1:80", "is not an IP address with a port")]
    [InlineData(",\n      \"process\": 4711", "", "process")]
    public void The_error_names_the_broken_rule(string part, string instead, string message)
    {
        Assert.Contains(part, Text, StringComparison.Ordinal);
        var e = Assert.Throws<ContractException>(() => Parse(Text.Replace(part, instead, StringComparison.Ordinal)));
        Assert.Contains(message, e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "the endpoints file is not JSON")]
    [InlineData("""{"schema":1}""", "endpoints")]
    [InlineData("""{"schema":1,"endpoints":null}""", "endpoints")]
    [InlineData("""{"schema":1,"endpoints":[null]}""", "endpoints[0] is null")]
    public void A_text_that_is_not_an_endpoints_file_is_refused(string text, string message) =>
        Assert.Contains(message, Assert.Throws<ContractException>(() => Parse(text)).Message, StringComparison.Ordinal);

    [Fact]
    public void A_file_that_is_too_large_is_not_read() => Assert.Equal(
        "the endpoints file has 4194305 bytes; at most 4194304 are read",
        Assert.Throws<ContractException>(() => EndpointsDocument.Parse(new byte[EndpointsDocument.MaxBytes + 1])).Message);

    [Fact]
    public void Damaged_bytes_are_refused_and_nothing_else_is_thrown() =>
        Gen.Select(Gen.Int[0, Text.Length - 1], Gen.Byte, Gen.Int[0, Text.Length]).Sample((at, value, length) =>
        {
            var bytes = Encoding.UTF8.GetBytes(Text);
            bytes[at] = value;
            foreach (var damaged in (byte[][])[bytes, bytes[..length]])
            {
                try
                {
                    EndpointsDocument.Parse(damaged);
                }
                catch (ContractException)
                {
                    // The only exception that callers must handle.
                }
            }
        });

    private static EndpointsDocument Parse(string text) => EndpointsDocument.Parse(Encoding.UTF8.GetBytes(text));
}

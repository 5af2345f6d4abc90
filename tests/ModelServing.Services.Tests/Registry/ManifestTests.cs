using System.Text;
using CsCheck;
using ModelServing.Contracts;
using ModelServing.Registry;

namespace ModelServing.Services.Tests.Registry;

public class ManifestTests
{
    private const string Text = """
        {
          "schema": 1,
          "model": "fraud",
          "version": 2,
          "digest": "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
          "size": 1234,
          "inputs": [
            {
              "name": "x",
              "datatype": "FP32",
              "shape": [
                -1,
                15
              ]
            }
          ],
          "outputs": [
            {
              "name": "probability",
              "datatype": "FP64",
              "shape": []
            }
          ],
          "metrics": {
            "auc": 0.97
          },
          "labels": {
            "algorithm": "boosted trees"
          },
          "createdAt": "2026-01-02T03:04:05+00:00"
        }

        """;

    [Fact]
    public void It_reads_and_writes_the_documented_form()
    {
        var manifest = Parse(Text);
        Assert.Equal("fraud", manifest.Model.Text);
        Assert.Equal(2, manifest.Version.Number);
        Assert.Equal("x FP32 [-1,15]", manifest.Inputs[0].ToString());
        Assert.Equal(0.97, manifest.Metrics["auc"]);
        Assert.Equal("boosted trees", manifest.Labels["algorithm"]);
        Assert.Equal(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero), manifest.CreatedAt);
        Assert.Equal(Text, Encoding.UTF8.GetString(manifest.ToUtf8()));
    }

    [Theory]
    [InlineData("\"schema\": 1", "\"schema\": 2", "has schema 2; this program reads schema 1")]
    [InlineData("\"schema\": 1,", "", "schema")]
    [InlineData("\"size\": 1234,", "\"size\": 1234, \"extra\": 1,", "extra")]
    [InlineData("\"size\": 1234,", "\"size\": 1234, \"size\": 1234,", "size")]
    [InlineData("\"size\": 1234,", "\"size\": 0,", "size is 0")]
    [InlineData("\"size\": 1234,", "", "size")]
    [InlineData("sha256:0123", "sha256:012G", "digest is")]
    [InlineData("sha256:0123", "sha512:0123", "digest is")]
    [InlineData("sha256:0123", "sha256:012", "digest is")]
    [InlineData("\"fraud\"", "\"../fraud\"", "model")]
    [InlineData("\"version\": 2", "\"version\": 0", "version")]
    [InlineData("FP32", "FP33", "datatype")]
    [InlineData("-1,", "-2,", "inputs[0].shape has -2")]
    [InlineData("\"name\": \"x\"", "\"name\": \"\"", "inputs[0].name is empty")]
    [InlineData("\"name\": \"x\",", "", "name")]
    [InlineData("\"name\": \"x\"", "\"name\": null", "name")]
    [InlineData("\"boosted trees\"", "null", "labels.algorithm is null")]
    [InlineData("+00:00", "+01:00", "createdAt")]
    [InlineData("\"datatype\": \"FP32\"", "\"datatype\": 77", "datatype")]
    public void Each_fault_is_named(string part, string replacement, string message)
    {
        Assert.Contains(part, Text, StringComparison.Ordinal);
        var e = Assert.Throws<ContractException>(() => Parse(Text.Replace(part, replacement, StringComparison.Ordinal)));
        Assert.Contains(message, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Damaged_bytes_throw_no_other_exception() =>
        Gen.Select(Gen.Int[0, Text.Length - 1], Gen.Byte, Gen.Int[0, Text.Length]).Sample((at, value, length) =>
        {
            var bytes = Encoding.UTF8.GetBytes(Text);
            bytes[at] = value;
            try
            {
                Manifest.Parse(bytes.AsSpan(0, length));
            }
            catch (ContractException)
            {
                // The only exception that callers must handle.
            }
        });

    [Fact]
    public void Training_info_may_be_empty_but_must_have_the_documented_form()
    {
        Assert.Empty(TrainingInfo.Parse("{}"u8).Metrics);
        var info = TrainingInfo.Parse("""{ "metrics": { "auc": 0.9 }, "labels": { "a": "b" } }"""u8);
        Assert.Equal(0.9, info.Metrics["auc"]);
        Assert.Equal("b", info.Labels["a"]);
        foreach (var wrong in (string[])[
            "",
            "[]",
            "null",
            """{"metric":{}}""",
            """{"metrics":{"auc":"high"}}""",
            """{"labels":{"a":null}}""",
            """{"metrics":{"a":1,"a":2}}""",
        ])
            Assert.Throws<ContractException>(() => TrainingInfo.Parse(Encoding.UTF8.GetBytes(wrong)));
    }

    private static Manifest Parse(string text) => Manifest.Parse(Encoding.UTF8.GetBytes(text));
}

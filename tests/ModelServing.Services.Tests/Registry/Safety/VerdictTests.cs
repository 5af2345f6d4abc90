using System.Text;
using CsCheck;
using ModelServing.Contracts;
using ModelServing.Registry.Safety;

namespace ModelServing.Services.Tests.Registry.Safety;

public class VerdictTests
{
    private static readonly Verdict Refused = new()
    {
        Schema = Verdict.CurrentSchema,
        Model = ModelName.Parse("fraud"),
        Version = new ModelVersion(2),
        ManifestDigest = "sha256:" + new string('a', 64),
        Outcome = VerdictOutcome.Refused,
        Rules = 1,
        Findings = [new Finding(
            FindingCode.ExternalData,
            "graph.initializer[0] 'w'",
            "its data are in 'w.bin'; export the model as one file")],
        MoreFindings = 3,
        CheckedAt = DateTimeOffset.UnixEpoch,
        CheckedBy = "ModelLoader",
    };

    [Fact]
    public void Its_JSON_is_as_documented() => Assert.Equal(
        """
        {
          "schema": 1,
          "model": "fraud",
          "version": 2,
          "manifestDigest": "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
          "outcome": "refused",
          "rules": 1,
          "findings": [
            {
              "code": "external-data",
              "place": "graph.initializer[0] \u0027w\u0027",
              "message": "its data are in \u0027w.bin\u0027; export the model as one file"
            }
          ],
          "moreFindings": 3,
          "checkedAt": "1970-01-01T00:00:00+00:00",
          "checkedBy": "ModelLoader"
        }

        """,
        Encoding.UTF8.GetString(Refused.ToUtf8()));

    [Fact]
    public void A_verdict_is_read_back() => Assert.Equal(Refused.ToUtf8(), Verdict.Parse(Refused.ToUtf8()).ToUtf8());

    [Fact]
    public void Each_fault_is_named()
    {
        foreach (var (verdict, place) in ((Verdict, string)[])[
            (Refused with { Schema = 2 }, "schema 2"),
            (Refused with { ManifestDigest = "sha256:1" }, "manifestDigest"),
            (Refused with { Outcome = VerdictOutcome.Accepted }, "outcome"),
            (Refused with { Findings = [] }, "outcome"),
            (Refused with { MoreFindings = -1 }, "moreFindings"),
            (Refused with { Findings = [.. Enumerable.Repeat(Refused.Findings[0], 51)] }, "there are 51 findings"),
            (Refused with { Findings = [Refused.Findings[0] with { Message = new string('m', 501) }] }, "findings[0]"),
            (Refused with { CheckedAt = DateTimeOffset.UnixEpoch.ToOffset(TimeSpan.FromHours(1)) }, "checkedAt")])
        {
            Assert.Contains(
                place,
                Assert.Throws<ContractException>(() => Verdict.Parse(verdict.ToUtf8())).Message,
                StringComparison.Ordinal);
        }

        Assert.Contains(
            "at most",
            Assert.Throws<ContractException>(static () => Verdict.Parse(new byte[Verdict.MaxBytes + 1])).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void The_largest_verdict_can_be_read()
    {
        var finding = new Finding(new string('c', 64), new string('\u20ac', Finding.MaxPlace), new string('\u20ac', Finding.MaxMessage));
        var largest = Refused with { Findings = [.. Enumerable.Repeat(finding, Verdict.MaxFindings)], MoreFindings = int.MaxValue };
        Assert.Equal(Verdict.MaxFindings, Verdict.Parse(largest.ToUtf8()).Findings.Count);
    }

    [Fact]
    public void Damaged_bytes_throw_no_other_exception()
    {
        var bytes = Refused.ToUtf8();
        Gen.Select(Gen.Int[0, bytes.Length - 1], Gen.Byte, Gen.Int[0, bytes.Length]).Sample((at, value, length) =>
        {
            var changed = (byte[])bytes.Clone();
            changed[at] = value;
            foreach (var damaged in (byte[][])[changed, bytes[..length]])
            {
                try
                {
                    Verdict.Parse(damaged);
                }
                catch (ContractException)
                {
                    // The only exception that callers must handle.
                }
            }
        });
    }
}

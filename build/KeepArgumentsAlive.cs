using System;
using System.IO;
using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;

// Marks an assembly as one whose code the JIT must not optimise (DebuggableAttribute 2 -> 0x107): arguments then live until their method returns.
//
// Every number in a TorchSharp expression, the hidden alpha of a + b included, becomes a Scalar whose native memory a finalizer frees. Optimised code
// forgets the Scalar once it has read its handle: a garbage collection on another thread during the native call frees what the call reads. Seen as
// "Unknown scalar type", as "alpha must not be a floating point number", and possible as a wrong number that nobody sees.
public class KeepArgumentsAlive : Task
{
    // Length, prolog, DebuggingModes, no named arguments.
    private static readonly byte[] Optimised = { 8, 1, 0, 2, 0, 0, 0, 0, 0 };

    [Required] public string Source { get; set; }
    [Required] public string Destination { get; set; }

    public override bool Execute()
    {
        byte[] d = File.ReadAllBytes(Source);
        int at = Find(d, 0);
        if (at < 0 || Find(d, at + 1) >= 0)
        {
            Log.LogError("The DebuggableAttribute of " + Source + " was not found once: it is another version than this patch knows.");
            return false;
        }

        d[at + 3] = 0x07;       // Default, IgnoreSymbolStoreSequencePoints, EnableEditAndContinue
        d[at + 4] = 0x01;       // DisableOptimizations
        Directory.CreateDirectory(Path.GetDirectoryName(Destination));
        string tmp = Destination + "." + Guid.NewGuid().ToString("N");
        File.WriteAllBytes(tmp, d);
        if (File.Exists(Destination)) File.Delete(Destination);
        File.Move(tmp, Destination);
        Log.LogMessage(MessageImportance.High, "TorchSharp: arguments live until their call returns in " + Path.GetFileName(Destination));
        return true;
    }

    private static int Find(byte[] d, int from)
    {
        for (int i = from; i <= d.Length - Optimised.Length; i++)
        {
            int k = 0;
            while (k < Optimised.Length && d[i + k] == Optimised[k]) k++;
            if (k == Optimised.Length) return i;
        }
        return -1;
    }
}

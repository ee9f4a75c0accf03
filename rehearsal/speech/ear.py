"""An ear: a turn of telephone speech in, the words of the clinic's grammar out."""

from __future__ import annotations

from collections.abc import Iterable
from threading import Lock

import pocketsphinx

from clinic.directory import Clinic
from rehearsal.speech.expecting import Expecting
from rehearsal.speech.grammar import dictionary, receptionist_grammar, words_of
from rehearsal.speech.names import COMMON_NAMES

from rehearsal.speech.automaton import smallest
SAMPLE_RATE = 16000
WP=1.0
PP=0.3


class Ear:
    def __init__(self, clinic: Clinic, names: Iterable[str] = COMMON_NAMES, **options) -> None:
        self._grammar = receptionist_grammar(clinic, names)
        self._dictionary = dictionary(self._grammar)
        self.options = options
        self._decoders = {}

    def decoder(self, expecting):
        if expecting not in self._decoders:
            o = dict(hmm=pocketsphinx.get_model_path("en-us/en-us"), dict=None, lm=None, samprate=16000, loglevel="FATAL", bestpath=False)
            o.update(self.options)
            d = pocketsphinx.Decoder(**o)
            for token, prons in self._dictionary.items():
                for n, p in enumerate(prons):
                    d.add_word(token if not n else f"{token}({n + 1})", p, False)
            d.add_word("zzz","SIL",True)
            import tempfile, time
            t0=time.time()
            with tempfile.NamedTemporaryFile("w", suffix=".gram") as f:
                f.write(self._grammar); f.flush()
                J = pocketsphinx.Jsgf(f.name)
                fsg = J.build_fsg(J.get_rule(f"receptionist.{expecting.value}"), d.logmath, 1.0)
            t1=time.time()
            with tempfile.NamedTemporaryFile("r", suffix=".fsg") as f:
                fsg.writefile(f.name)
                arcs=[]
                for l in f:
                    w=l.split()
                    if w[:1]==["START_STATE"]: st=int(w[1])
                    if w[:1]==["FINAL_STATE"]: fi=int(w[1])
                    if w[:1]==["TRANSITION"]: arcs.append((int(w[1]),int(w[2]),w[4] if len(w)>4 else ""))
            A=smallest(arcs,st,fi)
            n=1+max(max(a,b) for a,b,_ in A.arcs); end=n
            self.size=(n,len(A.arcs),len(A.finals))
            tr=[(a,b,WP,w) for a,b,w in A.arcs]+[(f,end,1.0) for f in A.finals]+[(end,0,PP)]
            fsg=d.create_fsg("g",0,end,tr)
            self.times=(t1-t0,time.time()-t1)
            d.add_fsg("g", fsg)
            d.activate_search("g")
            self._decoders[expecting] = d
        return self._decoders[expecting]

    def hear(self, pcm, expecting):
        d = self.decoder(expecting)
        d.start_utt(); d.process_raw(pcm, full_utt=True); d.end_utt()
        h = d.hyp()
        return words_of(h.hypstr) if h else ""
